#include "core/staged_file.h"

#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/diagnostic.h"
#include "core/files.h"

namespace dltrain {

namespace {

bool cannot_be_replaced(const std::string& path) {
  struct stat status{};
  return path == "-" || (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode));
}

}  // namespace

StagedFile::StagedFile(std::string path)
    : final_path_(std::move(path)), path_(final_path_), in_place_(cannot_be_replaced(path_)) {
  if (!in_place_) path_ += ".tmp-" + std::to_string(::getpid());
}

StagedFile::~StagedFile() {
  if (in_place_) return;
  try {
    remove_file(path_);
  } catch (const UserError&) {
    return;  // what led here is the error to report
  }
}

void StagedFile::commit() {
  if (in_place_) return;
  OutputFile(path_, OutputFile::Mode::append).sync();
  rename_file(path_, final_path_);
  in_place_ = true;  // nothing is left to remove
}

}  // namespace dltrain
