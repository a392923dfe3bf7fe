#include <zlib.h>

#include "core/diagnostic.h"
#include "formats/zip/records.h"
#include "formats/zip/zip_file.h"

namespace dltrain::formats {

namespace {

using zip::append;

constexpr uint16_t version = 20;     // needed to extract
constexpr uint16_t version_64 = 45;
constexpr uint16_t utf8_names = 1 << 11;
constexpr uint16_t first_day = 0x21;  // 1980-01-01, the first that ZIP knows

uint32_t small(uint64_t value) { return value >= zip::in_extra ? zip::in_extra : static_cast<uint32_t>(value); }

// The ZIP64 extra field with those of the values that need it.
std::string extra_field(std::initializer_list<uint64_t> values) {
  std::string field;
  for (const uint64_t value : values) {
    if (value >= zip::in_extra) append(field, value);
  }
  if (field.empty()) return {};
  std::string extra;
  append(extra, zip::extra_64);
  append(extra, static_cast<uint16_t>(field.size()));
  return extra + field;
}

// The fields that local and central headers share, from "version needed" to "length of the extra field".
void append_common(std::string& bytes, const ZipMember& member, const std::string& extra) {
  append(bytes, extra.empty() ? version : version_64);
  append(bytes, utf8_names);
  append(bytes, uint16_t{0});  // stored
  append(bytes, uint16_t{0});  // time
  append(bytes, first_day);
  append(bytes, member.check_sum);
  append(bytes, small(member.compressed));
  append(bytes, small(member.size));
  append(bytes, static_cast<uint16_t>(member.name.size()));
  append(bytes, static_cast<uint16_t>(extra.size()));
}

uint32_t sum_of(uint32_t before, std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <class F> void for_each_chunk(const std::string& path, F f) {
  InputFile file(path, ExitCode::io);
  std::vector<std::byte> buffer(size_t{1} << 20);
  while (const size_t count = file.read(buffer)) f(std::span<const std::byte>(buffer).first(count));
}

}  // namespace

void ZipWriter::write(const std::string& bytes) {
  file_.write(bytes);
  written_ += bytes.size();
}

void ZipWriter::begin(ZipMember member) {
  if (member.name.size() > 0xffff) throw Bug("the name of a ZIP member is longer than 65535 bytes");
  member.offset = written_;
  // In a local header both sizes stand in the extra field if one does.
  const bool large = member.size >= zip::in_extra;
  const std::string extra = large ? extra_field({member.size, member.compressed}) : std::string();
  std::string header;
  append(header, zip::local_header);
  append_common(header, member, extra);
  write(header + member.name + extra);
  members_.push_back(std::move(member));
}

void ZipWriter::add(const std::string& name, std::span<const std::byte> contents) {
  begin({.name = name, .compressed = contents.size(), .size = contents.size(), .check_sum = sum_of(0, contents)});
  file_.write(contents);
  written_ += contents.size();
}

void ZipWriter::add_file(const std::string& name, const std::string& path) {
  ZipMember member{.name = name};
  for_each_chunk(path, [&](std::span<const std::byte> chunk) {
    member.check_sum = sum_of(member.check_sum, chunk);
    member.size += chunk.size();
  });
  member.compressed = member.size;
  const uint64_t size = member.size;
  begin(std::move(member));
  uint64_t copied = 0;
  for_each_chunk(path, [&](std::span<const std::byte> chunk) {
    file_.write(chunk);
    copied += chunk.size();
  });
  if (copied != size) throw UserError(ExitCode::io, "file-access", path, "changed while it was copied");
  written_ += size;
}

void ZipWriter::close() {
  const uint64_t start = written_;
  for (const ZipMember& member : members_) {
    const std::string extra = extra_field({member.size, member.compressed, member.offset});
    std::string header;
    append(header, zip::central_header);
    append(header, version_64);  // made by
    append_common(header, member, extra);
    append(header, uint16_t{0});  // comment
    append(header, uint16_t{0});  // disk
    append(header, uint16_t{0});  // internal attributes
    append(header, uint32_t{0});  // external attributes
    append(header, small(member.offset));
    write(header + member.name + extra);
  }
  const uint64_t size = written_ - start;
  const uint64_t count = members_.size();
  std::string end;
  if (count >= 0xffff || start >= zip::in_extra || size >= zip::in_extra) {
    append(end, zip::end_record_64);
    append(end, uint64_t{zip::end_size_64 - 12});
    append(end, version_64);
    append(end, version_64);
    append(end, uint64_t{0});  // disks
    for (const uint64_t value : {count, count, size, start}) append(end, value);
    append(end, zip::end_locator_64);
    append(end, uint32_t{0});
    append(end, written_);
    append(end, uint32_t{1});
  }
  append(end, zip::end_record);
  append(end, uint32_t{0});  // disks
  append(end, static_cast<uint16_t>(count >= 0xffff ? 0xffff : count));
  append(end, static_cast<uint16_t>(count >= 0xffff ? 0xffff : count));
  append(end, small(size));
  append(end, small(start));
  append(end, uint16_t{0});  // comment
  write(end);
  file_.close();
}

}  // namespace dltrain::formats
