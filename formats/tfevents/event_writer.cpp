#include "formats/tfevents/event_writer.h"

#include <unistd.h>

#include <cstdio>
#include <exception>

#include "core/text.h"
#include "formats/tfevents/record.h"

namespace dltrain::formats {

namespace {

constexpr size_t most_waiting = 64 * 1024;
constexpr std::string_view file_prefix = "events.out.tfevents.";

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == 0) return "localhost";
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  return name;
}

}  // namespace

std::string event_file_name(int64_t seconds, int64_t number) {
  char time[32];
  std::snprintf(time, sizeof time, "%010lld", static_cast<long long>(seconds));
  return std::string(file_prefix) + time + "." + host_name() + "." + std::to_string(::getpid()) + "." +
         std::to_string(number) + ".v2";
}

int64_t event_file_seconds(const std::string& name) {
  if (!name.starts_with(file_prefix)) return -1;
  const std::string rest = name.substr(file_prefix.size());
  return parse_integer(rest.substr(0, rest.find('.'))).value_or(-1);
}

EventWriter::EventWriter(std::string path, double wall_time) : file_(std::move(path), OutputFile::Mode::create_new) {
  Event first;
  first.wall_time = wall_time;
  first.file_version = "brain.Event:2";
  add(first);
  flush();
}

EventWriter::~EventWriter() {
  try {
    flush();
  } catch (const std::exception&) {
    return;  // a destructor has nobody to tell
  }
}

void EventWriter::add(const Event& event) {
  append_record(waiting_, encode_event(event));
  if (waiting_.size() >= most_waiting) flush();
}

void EventWriter::add_scalars(double wall_time, int64_t step, std::span<const NamedScalar> scalars) {
  encode_scalars(wall_time, step, scalars, payload_);
  append_record(waiting_, payload_);
  if (waiting_.size() >= most_waiting) flush();
}

void EventWriter::flush() {
  if (waiting_.empty()) return;
  std::vector<std::byte> bytes;
  bytes.swap(waiting_);  // never written twice, even if writing fails
  file_.write(bytes);
  size_ += bytes.size();
}

}  // namespace dltrain::formats
