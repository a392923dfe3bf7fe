#include "training/log_file.h"

#include <algorithm>

#include "core/diagnostic.h"

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
  if (!file_) return;
  try {
    file_->write(text);
    length_ += text.size();
  } catch (const UserError& error) {
    give_up(error.diagnostics().front());
  }
}

void LogFile::give_up(const Diagnostic& cause) {
  file_.reset();
  trouble_ = "warning: " + path_ + " gets nothing more of this run: " + cause.what;
  try {
    truncate_file(path_, length_);  // a part of a line may have been written
  } catch (const UserError&) {
    return;
  }
}

}  // namespace dltrain::training
