// A log of a run that grows line by line: true at any moment, and cut back where a run goes on from an earlier
// checkpoint, so that nothing appears twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/files.h"

namespace dltrain {
struct Diagnostic;
}

namespace dltrain::training {

class LogFile {
 public:
  LogFile() = default;
  // Starts anew with `length` 0, else cuts the file to `length` and goes on behind. Where it is shorter than that (the
  // disk lost it) it goes on at its end.
  LogFile(std::string path, uint64_t length);

  // One call of write for the whole text: readers see whole lines. A log that cannot be written is no reason to lose a
  // run: it ends with its last whole text, and there is trouble.
  void write(std::string_view text);
  // What went wrong, to be said; once.
  std::string take_trouble() { return std::exchange(trouble_, {}); }
  const std::string& path() const { return path_; }
  uint64_t length() const { return length_; }

 private:
  void give_up(const Diagnostic& cause);

  std::string path_;
  uint64_t length_ = 0;
  std::optional<OutputFile> file_;
  std::string trouble_;
};

}  // namespace dltrain::training
