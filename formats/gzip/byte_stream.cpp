#include "formats/gzip/byte_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/gzip/inflate.h"

namespace dltrain::formats {

namespace {

constexpr std::array<std::byte, 2> gzip_magic = {std::byte{0x1f}, std::byte{0x8b}};

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= gzip_magic.size() && std::equal(gzip_magic.begin(), gzip_magic.end(), bytes.begin());
}

size_t take(std::span<const std::byte>& from, std::span<std::byte> to) {
  const size_t count = std::min(from.size(), to.size());
  if (count > 0) std::memcpy(to.data(), from.data(), count);
  from = from.subspan(count);
  return count;
}

// A file whose first bytes were read already, to look at them: pipes cannot go back.
class FileStream : public ByteStream {
 public:
  FileStream(InputFile file, ExitCode meaning) : ByteStream(file.path(), meaning), file_(std::move(file)) {
    size_ = file_.size() > 0 ? file_.size() : no_limit;
    first_.resize(gzip_magic.size());
    first_.resize(file_.read(first_));
    unread_ = first_;
    if (file_.size() == 0 && first_.size() < gzip_magic.size()) size_ = first_.size();
  }

  size_t read(std::span<std::byte> buffer) override {
    const size_t count = take(unread_, buffer);
    return count + file_.read(buffer.subspan(count));
  }
  uint64_t most_bytes() const override { return size_; }
  std::span<const std::byte> first_bytes() const { return first_; }

 private:
  InputFile file_;
  std::vector<std::byte> first_;
  std::span<const std::byte> unread_;
  uint64_t size_ = no_limit;
};

class MemoryStream : public ByteStream {
 public:
  MemoryStream(std::span<const std::byte> bytes, const std::string& name, ExitCode meaning)
      : ByteStream(name, meaning), size_(bytes.size()), unread_(bytes) {}
  size_t read(std::span<std::byte> buffer) override { return take(unread_, buffer); }
  uint64_t most_bytes() const override { return size_; }

 private:
  uint64_t size_;
  std::span<const std::byte> unread_;
};

class GzipStream : public ByteStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> compressed)
      : ByteStream(compressed->path(), compressed->meaning()),
        compressed_(std::move(compressed)),
        inflater_(Inflater::Wrapper::gzip),
        buffer_(size_t{1} << 17) {}

  size_t read(std::span<std::byte> buffer) override {
    std::span<std::byte> room = buffer;
    while (!room.empty() && !at_end_) {
      if (input_.empty()) refill();
      switch (inflater_.run(input_, room)) {
        case Inflater::State::more:
          if (input_.empty() && source_ended_ && !room.empty()) truncated();
          break;
        case Inflater::State::end: end_of_member(); break;
        case Inflater::State::damaged: damaged(inflater_.complaint());
      }
    }
    inflated_ += buffer.size() - room.size();
    return buffer.size() - room.size();
  }

  uint64_t most_bytes() const override {
    const uint64_t compressed = compressed_->most_bytes();
    return compressed > no_limit / most_inflation ? no_limit : compressed * most_inflation;
  }

 private:
  void refill() {
    const size_t count = compressed_->read(buffer_);
    source_ended_ = count < buffer_.size();
    input_ = std::span(buffer_).first(count);
  }

  // gzip files may be several members one behind the other, and may be padded with zeros.
  void end_of_member() {
    while (true) {
      while (!input_.empty() && input_.front() == std::byte{0}) input_ = input_.subspan(1);
      if (!input_.empty()) break;
      if (source_ended_) {
        at_end_ = true;
        return;
      }
      refill();
    }
    if (input_.front() != gzip_magic[0]) damaged("bytes that are not gzip follow its end");
    inflater_.restart();
  }

  [[noreturn]] void truncated() {
    throw UserError(meaning(), "unreadable-file", path(), "the gzip data ends early; the file is truncated",
                    "get the file again");
  }

  [[noreturn]] void damaged(const std::string& complaint) {
    throw UserError(meaning(), "unreadable-file", path(),
                    "the gzip data is damaged (" + complaint + ", after " + bytes_text(inflated_) + " of contents)",
                    "get the file again");
  }

  std::unique_ptr<ByteStream> compressed_;
  Inflater inflater_;
  std::vector<std::byte> buffer_;
  std::span<const std::byte> input_;
  uint64_t inflated_ = 0;
  bool source_ended_ = false;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> open_stream(const std::string& path, ExitCode meaning) {
  auto file = std::make_unique<FileStream>(InputFile(path, meaning), meaning);
  if (!is_gzip(file->first_bytes())) return file;
  return std::make_unique<GzipStream>(std::move(file));
}

std::unique_ptr<ByteStream> memory_stream(std::span<const std::byte> bytes, const std::string& name, ExitCode meaning) {
  auto memory = std::make_unique<MemoryStream>(bytes, name, meaning);
  if (!is_gzip(bytes)) return memory;
  return std::make_unique<GzipStream>(std::move(memory));
}

}  // namespace dltrain::formats
