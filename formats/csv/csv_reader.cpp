#include "formats/csv/csv_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::formats {

namespace {

constexpr size_t block = size_t{1} << 18;  // stays in the processor's second-level cache
constexpr size_t padding = 16;             // newlines behind the text, so that words can be read beyond its end

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

constexpr uint64_t repeated(char c) { return 0x0101010101010101 * static_cast<unsigned char>(c); }

// The highest bit of each byte of `word` that is zero, nothing else.
constexpr uint64_t zero_bytes(uint64_t word) {
  constexpr uint64_t low = 0x7f7f7f7f7f7f7f7f;
  return ~(((word & low) + low) | word | low);
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteStream> stream, char separator, CsvLimits limits)
    : stream_(std::move(stream)), separator_(separator), limits_(limits), buffer_(block + padding) {
  buffer_[0] = '\n';
  record_ = unread_ = end_ = buffer_.data();
  refill();
  check_first_bytes();
}

// Moves the unread text to the front and reads more behind it. False if there is no more.
bool CsvReader::refill() {
  if (stream_ended_) return false;
  const size_t kept = static_cast<size_t>(end_ - unread_);
  if (kept > limits_.line) {
    record_ = unread_;
    line_ = next_line_;
    refuse(unread_, "the line is longer than " + bytes_text(limits_.line), "is this a CSV file with line breaks?");
  }
  std::memmove(buffer_.data(), unread_, kept);
  if (buffer_.size() < kept + block + padding) buffer_.resize(2 * kept + block + padding);
  const std::span<char> room(buffer_.data() + kept, buffer_.size() - kept - padding);
  const size_t got = stream_->read(std::as_writable_bytes(room));
  stream_ended_ = got < room.size();
  if (std::memchr(room.data(), '\0', got) != nullptr) {
    throw UserError(stream_->meaning(), "unreadable-file", path(), "holds a zero byte; it is not a CSV text in UTF-8",
                    "save the table as CSV with the encoding UTF-8");
  }
  record_ = unread_ = buffer_.data();
  end_ = unread_ + kept + got;
  std::memset(room.data() + got, '\n', padding);
  check_encoding(room.data() - unchecked_);
  return got > 0;
}

// A name in another encoding would be found here and lost in the model, whose files are UTF-8.
void CsvReader::check_encoding(const char* fresh) {
  const char* at = fresh;
  while (at < end_) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));  // there is padding behind the text
    if ((word & repeated('\x80')) == 0) {
      at += sizeof(word);
      continue;
    }
    const auto left = static_cast<size_t>(end_ - at);
    const size_t length = utf8_length({at, left});
    if (length == 0 && left < 4 && !stream_ended_) break;
    if (length == 0 && (*at == '\xff' || *at == '\xfe') && next_line_ == 1 && at == unread_) {
      throw UserError(stream_->meaning(), "unreadable-file", path(), "is UTF-16; only UTF-8 is read",
                      "save the table as CSV with the encoding UTF-8");
    }
    if (length == 0) {
      record_ = unread_;
      line_ = next_line_;
      refuse(at, "the text is not UTF-8",
             "save the table with the encoding UTF-8; from Latin-1: iconv -f LATIN1 -t UTF-8 IN.csv > OUT.csv");
    }
    at += length;
  }
  unchecked_ = at < end_ ? static_cast<size_t>(end_ - at) : 0;
}

void CsvReader::check_first_bytes() {
  const std::string_view start(unread_, static_cast<size_t>(end_ - unread_));
  if (start.starts_with("\xef\xbb\xbf")) unread_ += 3;
}

bool CsvReader::next() {
  while (true) {
    if (unread_ == end_ && !refill()) return false;
    switch (scan()) {
      case Scan::record: return true;
      case Scan::empty: break;
      case Scan::unfinished: refill(); break;
    }
  }
}

void CsvReader::divide_by(char separator) {
  separator_ = separator;
  unread_ = record_;
  next_line_ = line_;
  next();
}

// Most records have no quotes: their fields are found eight bytes at a time.
CsvReader::Scan CsvReader::scan() {
  const uint64_t separators = repeated(separator_);
  const char* const record = unread_;
  const char* begin = record;
  std::string_view* out = fields_.data();
  std::string_view* last = out + fields_.size();
  for (const char* at = record;; at += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    uint64_t marks =
        zero_bytes(word ^ separators) | zero_bytes(word ^ repeated('\n')) | zero_bytes(word ^ repeated('"'));
    for (; marks != 0; marks &= marks - 1) {
      const char* mark = at + std::countr_zero(marks) / 8;
      if (*mark == '"' || out == last) return scan_with_quotes();
      const char* end = mark;
      while (begin < end && is_blank(*begin)) ++begin;
      while (begin < end && is_blank(end[-1])) --end;
      *out++ = {begin, static_cast<size_t>(end - begin)};
      begin = mark + 1;
      if (*mark != '\n') continue;
      if (mark == end_ && !stream_ended_) return Scan::unfinished;
      record_ = record;
      line_ = next_line_;
      count_ = static_cast<size_t>(out - fields_.data());
      starts_.clear();
      return finish(mark, 0);
    }
  }
}

// The same for records of any kind, byte by byte. Every loop stops at a newline at the latest: one stands behind the
// text.
CsvReader::Scan CsvReader::scan_with_quotes() {
  count_ = 0;
  starts_.clear();
  unescaped_.clear();
  record_ = unread_;
  line_ = next_line_;
  const char* at = unread_;
  while (true) {
    while (is_blank(*at) && *at != separator_) ++at;
    const char* const begin = at;
    if (*at == '"') {
      at = scan_quoted(at);
      if (at == nullptr) return Scan::unfinished;
    } else {
      while (*at != separator_ && *at != '\n') ++at;
      const char* end = at;
      while (end > begin && is_blank(end[-1])) --end;
      add_field(begin, end, begin);
    }
    if (*at == separator_) {
      ++at;
      continue;
    }
    if (at == end_ && !stream_ended_) return Scan::unfinished;
    return finish(at, std::count(record_, at, '\n'));
  }
}

// From an opening quote to the separator or newline behind the closing one; null if the text ends before.
const char* CsvReader::scan_quoted(const char* const open) {
  const char* at = open + 1;
  const char* const begin = at;
  bool doubled = false;
  while (true) {
    if (at == end_) {
      if (!stream_ended_) return nullptr;
      refuse(open, "a quote opens here and is not closed", "close it with \", or double it inside a quoted text: \"\"");
    }
    if (*at != '"') {
      ++at;
      continue;
    }
    if (at + 1 == end_ && !stream_ended_) return nullptr;
    if (at[1] != '"') break;
    doubled = true;
    at += 2;
  }
  if (!doubled) {
    add_field(begin, at, open);
  } else {
    auto text = std::make_unique<std::string>();
    for (const char* c = begin; c < at; ++c) {
      *text += *c;
      if (*c == '"') ++c;
    }
    unescaped_.push_back(std::move(text));
    add_field(unescaped_.back()->data(), unescaped_.back()->data() + unescaped_.back()->size(), open);
  }
  ++at;
  while (is_blank(*at) && *at != separator_) ++at;
  if (at == end_ && !stream_ended_) return nullptr;
  if (*at != separator_ && *at != '\n') {
    refuse(at, "text follows a closing quote", "double the quotes inside a quoted text: \"\"");
  }
  return at;
}

void CsvReader::add_field(const char* begin, const char* end, const char* at) {
  if (fields_.size() == count_) fields_.resize(std::max<size_t>(64, 2 * count_));
  fields_[count_++] = {begin, static_cast<size_t>(end - begin)};
  starts_.push_back(at);
}

CsvReader::Scan CsvReader::finish(const char* record_end, int64_t newlines) {
  record_end_ = record_end;
  const auto size = static_cast<size_t>(record_end - record_);
  if (size > limits_.line) refuse(record_, "the line is longer than " + bytes_text(limits_.line));
  if (size > limits_.field) {
    for (size_t i = 0; i < count_; ++i) {
      if (fields_[i].size() > limits_.field)
        refuse(start(i), "the field is longer than " + bytes_text(limits_.field), "is a quote missing?");
    }
  }
  if (count_ > limits_.columns) {
    refuse(start(limits_.columns),
           "the line has more than " + count_text(static_cast<int64_t>(limits_.columns)) + " columns");
  }
  unread_ = record_end == end_ ? end_ : record_end + 1;
  next_line_ = line_ + newlines + 1;
  return count_ == 1 && fields_[0].empty() && *start(0) != '"' ? Scan::empty : Scan::record;
}

const char* CsvReader::start(size_t field) const {
  if (field >= count_) return record_end_;
  return starts_.empty() ? fields_[field].data() : starts_[field];
}

std::string CsvReader::place_of(const char* at) const {
  int64_t line = line_;
  const char* line_start = record_;
  for (const char* c = record_; c < at; ++c) {
    if (*c != '\n') continue;
    ++line;
    line_start = c + 1;
  }
  return path() + ":" + std::to_string(line) + ":" + std::to_string(at - line_start + 1);
}

std::string CsvReader::place(size_t field) const { return place_of(start(field)); }

void CsvReader::refuse(const char* at, const std::string& what, const std::string& help) const {
  throw UserError(stream_->meaning(), "unreadable-file", place_of(at), what, help);
}

}  // namespace dltrain::formats
