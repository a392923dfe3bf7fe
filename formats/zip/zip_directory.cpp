#include "formats/zip/zip_directory.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/text.h"
#include "formats/gzip/inflate.h"
#include "formats/zip/records.h"

namespace dltrain::formats {

namespace {

using zip::number;

class DirectoryReader {
 public:
  DirectoryReader(InputFile& file, ExitCode meaning) : file_(file), meaning_(meaning) {}

  std::vector<ZipMember> read() {
    find_directory();
    constexpr uint64_t most_members = 100'000;
    if (count_ > most_members) refuse("has " + std::to_string(count_) + " members; at most 100000 are read");
    if (offset_ > file_.size() || size_ > file_.size() - offset_)
      refuse("its table of contents lies outside of the file");
    const std::vector<std::byte> bytes = read_bytes(offset_, size_);
    std::vector<ZipMember> members;
    std::span<const std::byte> rest = bytes;
    for (uint64_t i = 0; i < count_; ++i) members.push_back(read_member(rest));
    return members;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw UserError(meaning_, "unreadable-file", file_.path(), what, "get or write the file again");
  }

  std::vector<std::byte> read_bytes(uint64_t offset, uint64_t size) {
    std::vector<std::byte> bytes(size);
    bytes.resize(file_.read_at(offset, bytes));
    if (bytes.size() < size) refuse("the archive ends early");
    return bytes;
  }

  // The end record stands at the end, before a comment of at most 65535 bytes.
  void find_directory() {
    const uint64_t tail_size = std::min<uint64_t>(file_.size(), zip::end_size + 65535);
    const std::vector<std::byte> tail = read_bytes(file_.size() - tail_size, tail_size);
    for (size_t at = tail.size() < zip::end_size ? 0 : tail.size() - zip::end_size + 1; at-- > 0;) {
      if (number<uint32_t>(tail, at) != zip::end_record) continue;
      count_ = number<uint16_t>(tail, at + 10);
      size_ = number<uint32_t>(tail, at + 12);
      offset_ = number<uint32_t>(tail, at + 16);
      if (count_ == 0xffff || size_ == zip::in_extra || offset_ == zip::in_extra)
        find_directory_64(file_.size() - tail_size + at);
      return;
    }
    refuse("is not a ZIP archive, or is truncated: it has no table of contents");
  }

  void find_directory_64(uint64_t end) {
    if (end < zip::locator_size_64) refuse("its table of contents is damaged");
    const std::vector<std::byte> locator = read_bytes(end - zip::locator_size_64, zip::locator_size_64);
    if (number<uint32_t>(locator, 0) != zip::end_locator_64) return;  // 65535 members, and not ZIP64
    const auto at = number<uint64_t>(locator, 8);
    if (at > file_.size() || file_.size() - at < zip::end_size_64) refuse("its table of contents is damaged");
    const std::vector<std::byte> record = read_bytes(at, zip::end_size_64);
    if (number<uint32_t>(record, 0) != zip::end_record_64) refuse("its table of contents is damaged");
    count_ = number<uint64_t>(record, 32);
    size_ = number<uint64_t>(record, 40);
    offset_ = number<uint64_t>(record, 48);
  }

  ZipMember read_member(std::span<const std::byte>& rest) const {
    if (rest.size() < zip::central_size || number<uint32_t>(rest, 0) != zip::central_header)
      refuse("its table of contents is damaged");
    const auto flags = number<uint16_t>(rest, 8);
    const auto method = number<uint16_t>(rest, 10);
    const size_t name_size = number<uint16_t>(rest, 28);
    const size_t extra_size = number<uint16_t>(rest, 30);
    const size_t all = zip::central_size + name_size + extra_size + number<uint16_t>(rest, 32);
    if (rest.size() < all) refuse("its table of contents is damaged");
    ZipMember member;
    member.check_sum = number<uint32_t>(rest, 16);
    member.compressed = number<uint32_t>(rest, 20);
    member.size = number<uint32_t>(rest, 24);
    member.offset = number<uint32_t>(rest, 42);
    member.name.assign(reinterpret_cast<const char*>(rest.data()) + zip::central_size, name_size);
    read_extra(member, rest.subspan(zip::central_size + name_size, extra_size));
    check(member, flags, method);
    member.deflated = method != 0;
    rest = rest.subspan(all);
    return member;
  }

  // ZIP64: values that do not fit into 32 bits stand here, in this order.
  void read_extra(ZipMember& member, std::span<const std::byte> extra) const {
    while (extra.size() >= 4) {
      const auto id = number<uint16_t>(extra, 0);
      const size_t size = number<uint16_t>(extra, 2);
      if (extra.size() - 4 < size) refuse("its table of contents is damaged");
      std::span<const std::byte> field = extra.subspan(4, size);
      extra = extra.subspan(4 + size);
      if (id != zip::extra_64) continue;
      for (uint64_t* value : {&member.size, &member.compressed, &member.offset}) {
        if (*value != zip::in_extra) continue;
        if (field.size() < 8) refuse("its table of contents is damaged");
        *value = number<uint64_t>(field, 0);
        field = field.subspan(8);
      }
    }
  }

  void check(const ZipMember& member, uint16_t flags, uint16_t method) const {
    const std::string who = "its member " + quote(member.name);
    if ((flags & 1) != 0) refuse(who + " is encrypted");
    if (method != 0 && method != 8)
      refuse(who + " is compressed by method " + std::to_string(method) + "; only deflate is read");
    if (member.offset > file_.size() || member.compressed > file_.size() - member.offset)
      refuse(who + " lies outside of the file");
    const bool fits =
        method == 0 ? member.size == member.compressed : member.size / most_inflation <= member.compressed;
    if (!fits) {
      refuse(who + " claims " + bytes_text(member.size) + ", which " + bytes_text(member.compressed) +
             " of data cannot hold");
    }
  }

  InputFile& file_;
  ExitCode meaning_;
  uint64_t count_ = 0;
  uint64_t size_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace

std::vector<ZipMember> read_zip_directory(InputFile& file, ExitCode meaning) {
  return DirectoryReader(file, meaning).read();
}

}  // namespace dltrain::formats
