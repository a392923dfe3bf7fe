#include "tests/faults/recording.h"

#include <array>
#include <cstring>
#include <stdexcept>

#include "core/files.h"

namespace dltrain::test {

std::string Operation::text() const {
  constexpr std::array<const char*, 9> names = {"create", "truncate", "write", "sync",   "rename",
                                                "unlink", "rmdir",    "mkdir", "symlink"};
  std::string text = std::string(names[static_cast<size_t>(what)]) + " " + path;
  if (what == faults::Logged::rename) text += " to " + second;
  if (what == faults::Logged::write) text += " " + std::to_string(offset) + " + " + std::to_string(bytes.size());
  if (what == faults::Logged::truncate) text += " " + std::to_string(offset);
  return text;
}

std::vector<Operation> read_recording(const std::string& path) {
  const std::string log = read_text(path, ExitCode::io);
  std::vector<Operation> operations;
  size_t at = 0;
  const auto take = [&](size_t size) {
    if (log.size() - at < size) throw std::runtime_error("the log of operations ends within an operation");
    at += size;
    return log.substr(at - size, size);
  };
  while (at < log.size()) {
    faults::Record record;
    std::memcpy(&record, take(sizeof(record)).data(), sizeof(record));
    Operation& operation = operations.emplace_back();
    operation.what = record.what;
    operation.path = take(record.path);
    operation.second = take(record.second);
    operation.offset = record.offset;
    operation.bytes = take(record.bytes);
  }
  return operations;
}

}  // namespace dltrain::test
