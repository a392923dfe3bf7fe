#include "formats/tfevents/event_reader.h"

#include <algorithm>
#include <cmath>

#include "formats/tfevents/record.h"

namespace dltrain::formats {

namespace {
constexpr size_t read_ahead = size_t{1} << 18;
}

bool is_event_file(const std::string& name) {
  return name.find("tfevents") != std::string::npos && !name.ends_with(".profile-empty");
}

EventReader::EventReader(std::string path, uint64_t limit) : file_(std::move(path), ExitCode::io), limit_(limit) {}

// Whether that many bytes lie before us; reads on in steps, so that a length that a file only claims takes no memory.
bool EventReader::have(size_t bytes) {
  while (buffer_.size() - position_ < bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ = 0;
    const size_t before = buffer_.size();
    buffer_.resize(before + read_ahead);
    const size_t count = file_.read_at(file_position_, std::span(buffer_).subspan(before));
    buffer_.resize(before + count);
    file_position_ += count;
    if (count == 0) return false;
  }
  return true;
}

std::optional<Event> EventReader::next() {
  while (!lost_ && have(record_head_size)) {
    const std::optional<uint64_t> length = record_length(std::span(buffer_).subspan(position_));
    if (!length || *length > limit_) {
      lost_ = true;
      ++damaged_;
      return std::nullopt;
    }
    const size_t size = static_cast<size_t>(*length);
    if (!have(record_head_size + size + record_foot_size)) return std::nullopt;
    const std::span<const std::byte> record = std::span(buffer_).subspan(position_ + record_head_size);
    position_ += record_head_size + size + record_foot_size;
    if (record_intact(record.first(size), record.subspan(size))) {
      std::optional<Event> event = decode_event(record.first(size));
      if (event && !std::isnan(event->wall_time)) return event;
    }
    ++damaged_;
  }
  return std::nullopt;
}

}  // namespace dltrain::formats
