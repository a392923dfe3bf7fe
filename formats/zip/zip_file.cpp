#include "formats/zip/zip_file.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "core/diagnostic.h"
#include "core/text.h"
#include "formats/gzip/inflate.h"
#include "formats/zip/records.h"
#include "formats/zip/zip_directory.h"

namespace dltrain::formats {

namespace {

uint32_t check_sum(uint32_t sum, std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(::crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

class MemberStream : public ByteStream {
 public:
  MemberStream(InputFile& file, ExitCode meaning, const ZipMember& member, uint64_t data)
      : ByteStream(file.path() + ":" + member.name, meaning),
        file_(file),
        member_(member),
        at_(data),
        stored_left_(member.compressed),
        inflater_(Inflater::Wrapper::none),
        buffer_(member.deflated ? size_t{1} << 16 : 0) {}

  uint64_t most_bytes() const override { return member_.size; }

  size_t read(std::span<std::byte> buffer) override {
    const std::span<std::byte> wanted = buffer.first(std::min<uint64_t>(buffer.size(), member_.size - given_));
    const size_t got = member_.deflated ? inflate(wanted) : read_stored(wanted);
    if (got < wanted.size()) refuse("the data ends early");
    given_ += got;
    sum_ = check_sum(sum_, wanted);
    if (given_ == member_.size && sum_ != member_.check_sum) refuse("the data is damaged (its check sum is wrong)");
    return got;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw UserError(meaning(), "unreadable-file", path(), what, "get or write the file again");
  }

  size_t read_stored(std::span<std::byte> buffer) {
    const size_t got = file_.read_at(at_, buffer.first(std::min<uint64_t>(buffer.size(), stored_left_)));
    at_ += got;
    stored_left_ -= got;
    return got;
  }

  size_t inflate(std::span<std::byte> buffer) {
    std::span<std::byte> room = buffer;
    while (!room.empty()) {
      if (input_.empty()) input_ = std::span(buffer_).first(read_stored(buffer_));
      const bool no_more = input_.empty();
      const size_t before = room.size();
      const Inflater::State state = inflater_.run(input_, room);
      if (state == Inflater::State::damaged) refuse("the data is damaged (" + inflater_.complaint() + ")");
      if (state == Inflater::State::end) break;
      if (no_more && room.size() == before) break;
    }
    return buffer.size() - room.size();
  }

  InputFile& file_;
  ZipMember member_;
  uint64_t at_;           // of the next byte in the archive
  uint64_t stored_left_;  // bytes in the archive
  uint64_t given_ = 0;    // bytes of the contents
  uint32_t sum_ = 0;
  Inflater inflater_;
  std::vector<std::byte> buffer_;
  std::span<const std::byte> input_;
};

}  // namespace

ZipFile::ZipFile(const std::string& path, ExitCode meaning)
    : file_(path, meaning), meaning_(meaning), members_(read_zip_directory(file_, meaning)) {}

const ZipMember* ZipFile::find(const std::string& name) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const ZipMember& m) { return m.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

std::unique_ptr<ByteStream> ZipFile::open(const ZipMember& member) {
  std::array<std::byte, zip::local_size> header;
  if (file_.read_at(member.offset, header) < header.size() || zip::number<uint32_t>(header, 0) != zip::local_header) {
    throw UserError(meaning_, "unreadable-file", path(),
                    "its member " + quote(member.name) + " is not where the table of contents says",
                    "get or write the file again");
  }
  const uint64_t data =
      member.offset + zip::local_size + zip::number<uint16_t>(header, 26) + zip::number<uint16_t>(header, 28);
  return std::make_unique<MemberStream>(file_, meaning_, member, data);
}

}  // namespace dltrain::formats
