// CSV, a record at a time in constant memory: RFC 4180 quotes, LF or CRLF, a UTF-8 byte order mark, blanks around
// fields trimmed, empty lines left out; gzip-compressed too. Errors name file:line:column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gzip/byte_stream.h"

namespace dltrain::formats {

struct CsvLimits {
  size_t line = size_t{16} << 20;   // bytes of a record
  size_t field = size_t{1} << 20;   // bytes of a field
  size_t columns = 100'000;
};

class CsvReader {
 public:
  explicit CsvReader(std::unique_ptr<ByteStream> stream, char separator = ',', CsvLimits limits = {});

  // To the next record; false at the end. Throws UserError for broken quotes, limits, and files that are not text.
  bool next();

  // Reads the record at hand again, and all that follow, with this separator.
  void divide_by(char separator);

  // The fields of this record, unquoted; valid until the next call of next().
  std::span<const std::string_view> fields() const { return {fields_.data(), count_}; }
  // The line that this record begins on, from 1.
  int64_t line() const { return line_; }
  // "file:line:column" of a field; of the record's end for field == fields().size().
  std::string place(size_t field) const;
  const std::string& path() const { return stream_->path(); }

 private:
  enum class Scan {
    record,
    empty,
    unfinished
  };

  bool refill();
  void check_first_bytes();
  void check_encoding(const char* fresh);
  Scan scan();
  Scan scan_with_quotes();
  const char* scan_quoted(const char* at);
  void add_field(const char* begin, const char* end, const char* at);
  Scan finish(const char* record_end, int64_t newlines);
  [[noreturn]] void refuse(const char* at, const std::string& what, const std::string& help = {}) const;
  const char* start(size_t field) const;
  std::string place_of(const char* at) const;

  std::unique_ptr<ByteStream> stream_;
  char separator_;
  CsvLimits limits_;
  std::vector<char> buffer_;       // unread text, then newlines that are not part of it
  const char* record_ = nullptr;   // where the current record begins
  const char* unread_ = nullptr;
  const char* end_ = nullptr;      // of the text in the buffer
  bool stream_ended_ = false;
  size_t unchecked_ = 0;           // bytes at the end of the text that may begin a character
  int64_t line_ = 0;
  int64_t next_line_ = 1;
  std::vector<std::string_view> fields_;  // the first count_ are of this record
  size_t count_ = 0;
  std::vector<const char*> starts_;       // of each field in a record with quotes, quote included; else empty
  const char* record_end_ = nullptr;
  std::vector<std::unique_ptr<std::string>> unescaped_;  // fields that held doubled quotes
};

// A real number as CSV files write it: digits with a point (or what `decimal` says; then a point is none) and an exponent,
// a sign, "nan", "inf"; the whole of `text`. Nearest double, the same as std::from_chars (which does all but the short
// ones).
std::optional<double> parse_number(std::string_view text, char decimal = '.');

}  // namespace dltrain::formats
