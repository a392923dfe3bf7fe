// Writes an event file. Records reach the file whole, many with one call, so that a reader (and a crash) at any moment
// finds whole records and at most one that is cut off.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/files.h"
#include "formats/tfevents/event.h"
#include "formats/tfevents/scalars.h"

namespace dltrain::formats {

// "events.out.tfevents.1700000000.host.42.0.v2": TensorBoard reads the files of a folder in the order of their names.
// Later seconds sort behind earlier ones.
std::string event_file_name(int64_t seconds, int64_t number);
// The seconds in such a name, or -1.
int64_t event_file_seconds(const std::string& name);

class EventWriter {
 public:
  // Makes the file, which must not be there, and its first record.
  EventWriter(std::string path, double wall_time);
  // Writes what is left; errors are lost (flush() reports them).
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  // Keeps the event in memory; it reaches the file with flush(), or when 64 KiB have come together.
  void add(const Event& event);
  void add_scalars(double wall_time, int64_t step, std::span<const NamedScalar> scalars);
  void flush();

  const std::string& path() const { return file_.path(); }
  // Bytes in the file: what was flushed.
  uint64_t size() const { return size_; }

 private:
  OutputFile file_;
  std::vector<std::byte> waiting_;
  std::vector<std::byte> payload_;  // kept for its memory
  uint64_t size_ = 0;
};

}  // namespace dltrain::formats
