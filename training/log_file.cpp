#include "training/log_file.h"

#include <algorithm>

namespace dltrain::training {

LogFile::LogFile(std::string path, uint64_t length) : path_(std::move(path)) {
  if (length > 0 && exists(path_)) {
    length_ = std::min(length, InputFile(path_, ExitCode::io).size());
    truncate_file(path_, length_);
    file_.emplace(path_, OutputFile::Mode::append);
  } else {
    file_.emplace(path_, OutputFile::Mode::truncate);
  }
}

void LogFile::write(std::string_view text) {
  file_->write(text);
  length_ += text.size();
}

}  // namespace dltrain::training
