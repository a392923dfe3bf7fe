// A log of a run that grows line by line: true at any moment, and cut back where a run goes on from an earlier
// checkpoint, so that nothing appears twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/files.h"

namespace dltrain::training {

class LogFile {
 public:
  LogFile() = default;
  // Starts anew with `length` 0, else cuts the file to `length` and goes on behind. Where it is shorter than that (the
  // disk lost it) it goes on at its end.
  LogFile(std::string path, uint64_t length);

  // One call of write for the whole text: readers see whole lines.
  void write(std::string_view text);
  const std::string& path() const { return path_; }
  uint64_t length() const { return length_; }

 private:
  std::string path_;
  uint64_t length_ = 0;
  std::optional<OutputFile> file_;
};

}  // namespace dltrain::training
