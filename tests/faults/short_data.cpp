#include "tests/faults/short_data.h"

#include <unistd.h>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/files.h"
#include "formats/gzip/byte_stream.h"
#include "formats/npy/npy.h"
#include "formats/npy/npz.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

constexpr size_t samples = 400;

// The first bytes of a file, of which there may be fewer.
std::vector<std::byte> first_bytes(const std::string& path, size_t count) {
  const auto stream = formats::open_stream(path);
  std::vector<std::byte> bytes(count);
  bytes.resize(stream->read(bytes));
  return bytes;
}

size_t big_endian(const std::vector<std::byte>& bytes, size_t at) {
  size_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<size_t>(bytes.at(at + i));
  return value;
}

// IDX files of bytes: 0 0 8 RANK, the sizes, the elements.
void shorten_idx(const std::string& from, const std::string& to) {
  const size_t rank = std::to_integer<size_t>(first_bytes(from, 4).at(3));
  const size_t header = 4 + 4 * rank;
  std::vector<std::byte> sizes = first_bytes(from, header);
  const size_t count = std::min(big_endian(sizes, 4), samples);
  size_t bytes = count;
  for (size_t i = 1; i < rank; ++i) bytes *= big_endian(sizes, 4 + 4 * i);
  std::vector<std::byte> all = first_bytes(from, header + bytes);
  for (size_t i = 0; i < 4; ++i) all[4 + i] = static_cast<std::byte>(count >> (24 - 8 * i));
  write_file_durably(to, all);
}

void shorten_lines(const std::string& from, const std::string& to) {
  const std::vector<std::byte> bytes = first_bytes(from, size_t{4} << 20);
  size_t lines = 0, end = 0;
  while (end < bytes.size() && lines <= samples) lines += bytes[end++] == std::byte{'\n'} ? 1 : 0;
  write_file_durably(to, std::span(bytes).first(end));
}

Array first_rows(const Array& whole) {
  if (whole.shape.rank() == 0 || whole.shape[0] <= static_cast<int64_t>(samples)) return whole;
  Array part(whole.dtype, Shape{static_cast<int64_t>(samples)}.concat(whole.shape.from(1)));
  std::memcpy(part.bytes.data(), whole.bytes.data(), part.bytes.size());
  return part;
}

void shorten_npz(const std::string& from, const std::string& to) {
  std::vector<formats::NamedArray> arrays = formats::read_npz(from);
  for (formats::NamedArray& array : arrays) array.array = first_rows(array.array);
  formats::write_npz(to, arrays);
}

void shorten(const std::string& from, const std::string& to) {
  if (from.find("-ubyte") != std::string::npos) shorten_idx(from, to);
  else if (from.ends_with(".csv") || from.ends_with(".txt") || from.ends_with(".csv.gz")) shorten_lines(from, to);
  else if (from.ends_with(".npy")) formats::write_npy(to, first_rows(formats::read_npy(from)));
  else if (from.ends_with(".npz")) shorten_npz(from, to);
  else std::filesystem::create_symlink(from, to);
}

void shorten_folder(const std::string& from, const std::string& to) {
  create_directories(to);
  for (const std::string& name : list_directory(from, ExitCode::io)) {
    const std::string source = join_path(from, name);
    if (is_directory(source)) shorten_folder(source, join_path(to, name));
    else shorten(source, join_path(to, name));
  }
}

}  // namespace

const std::string& short_data_folder() {
  static const TemporaryFolder folder;
  static const std::string path = [] {
    const char* whole = std::getenv("DLTRAIN_DATA");
    if (whole == nullptr) return std::string();
    shorten_folder(whole, folder.file("data"));
    return folder.file("data");
  }();
  return path;
}

}  // namespace dltrain::test
