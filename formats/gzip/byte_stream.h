// The bytes of a file from the first to the last. A gzip file is recognised by its first bytes, whatever its name is,
// and inflated on the way; damage and truncation are errors that name the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/exit_code.h"

namespace dltrain::formats {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Up to buffer.size() bytes; less only at the end.
  virtual size_t read(std::span<std::byte> buffer) = 0;
  // No more bytes than this can come in all; no_limit (core/files.h) where it cannot be known.
  virtual uint64_t most_bytes() const = 0;

  const std::string& path() const { return path_; }
  ExitCode meaning() const { return meaning_; }

 protected:
  ByteStream(std::string path, ExitCode meaning) : path_(std::move(path)), meaning_(meaning) {}

 private:
  std::string path_;
  ExitCode meaning_;
};

// "-" is standard input. `meaning` is the exit code of every failure: what the file is to the user.
std::unique_ptr<ByteStream> open_stream(const std::string& path, ExitCode meaning = ExitCode::data);

// Bytes in memory, under the name that messages give them.
std::unique_ptr<ByteStream> memory_stream(std::span<const std::byte> bytes, const std::string& name,
                                          ExitCode meaning = ExitCode::data);

}  // namespace dltrain::formats
