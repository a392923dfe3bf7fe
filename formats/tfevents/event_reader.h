// Reads an event file, also one that is still written: an incomplete last record is its normal end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/files.h"
#include "formats/tfevents/event.h"

namespace dltrain::formats {

// Whether TensorBoard takes a file for an event file, by its name.
bool is_event_file(const std::string& name);

class EventReader {
 public:
  // Records above `limit` bytes are taken for damage.
  explicit EventReader(std::string path, uint64_t limit = uint64_t{256} << 20);

  // The next event that is whole; none at the end. After none, later calls see what was added meanwhile. Throws
  // UserError (io) if the file cannot be read.
  std::optional<Event> next();

  // Records that were skipped because their check sum or their content is wrong.
  int64_t damaged() const { return damaged_; }
  // True after the check sum of a length was wrong: nothing behind it can be found.
  bool lost() const { return lost_; }

 private:
  bool have(size_t bytes);

  InputFile file_;
  uint64_t limit_;
  uint64_t file_position_ = 0;       // of the end of buffer_
  std::vector<std::byte> buffer_;    // what was read ahead
  size_t position_ = 0;              // in it
  int64_t damaged_ = 0;
  bool lost_ = false;
};

}  // namespace dltrain::formats
