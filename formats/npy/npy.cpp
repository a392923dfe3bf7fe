#include "formats/npy/npy.h"

#include <array>
#include <cstring>

#include "core/diagnostic.h"
#include "formats/npy/npy_header.h"

namespace dltrain::formats {

namespace {

[[noreturn]] void refuse(const ByteStream& stream, const std::string& what) {
  throw UserError(stream.meaning(), "unreadable-file", stream.path(), what);
}

}  // namespace

ArrayStream open_npy(std::unique_ptr<ByteStream> stream) {
  std::array<std::byte, 8> start;
  if (stream->read(start) < start.size() || std::memcmp(start.data(), "\x93NUMPY", 6) != 0) {
    refuse(*stream, "is not an NPY file (it does not begin with \"\\x93NUMPY\")");
  }
  const int major = std::to_integer<int>(start[6]);
  if (major < 1 || major > 3) refuse(*stream, "has NPY version " + std::to_string(major) + "; 1, 2 and 3 can be read");
  std::array<std::byte, 4> size{};
  const size_t size_bytes = major == 1 ? 2 : 4;
  if (stream->read(std::span(size).first(size_bytes)) < size_bytes) refuse(*stream, "ends within its header");
  uint32_t length = 0;
  std::memcpy(&length, size.data(), sizeof(length));
  constexpr uint32_t longest = 65535;  // what version 1.0 can say; real headers have 118
  if (length > longest)
    refuse(*stream, "its header is " + std::to_string(length) + " bytes long; at most 65535 are read");
  std::string header(length, '\0');
  if (stream->read(std::as_writable_bytes(std::span(header))) < length) refuse(*stream, "ends within its header");
  ArrayLayout layout = parse_npy_header(header, stream->path(), stream->meaning());
  return {std::move(stream), std::move(layout), start.size() + size_bytes + length};
}

ArrayStream open_npy(const std::string& path) { return open_npy(open_stream(path)); }

Array read_npy(const std::string& path) { return open_npy(path).read_all(); }

std::vector<std::byte> npy_bytes(const Array& array) {
  const std::string header = npy_header(array.dtype, array.shape);
  std::vector<std::byte> bytes(header.size() + array.bytes.size());
  std::memcpy(bytes.data(), header.data(), header.size());
  if (!array.bytes.empty()) std::memcpy(bytes.data() + header.size(), array.bytes.data(), array.bytes.size());
  return bytes;
}

void write_npy(const std::string& path, const Array& array) { write_file_durably(path, npy_bytes(array)); }

NpyWriter::NpyWriter(const std::string& path, DType dtype, Shape row)
    : file_(path, OutputFile::Mode::truncate), dtype_(dtype), shape_(Shape{0}.concat(row)) {
  file_.write(npy_header(dtype_, shape_, true));
}

void NpyWriter::write(const Array& rows) {
  if (rows.dtype != dtype_ || rows.shape.rank() != shape_.rank() || rows.shape.from(1) != shape_.from(1)) {
    throw Bug("rows of another shape or dtype are written to an NPY file");
  }
  file_.write(rows.bytes);
  shape_[0] += rows.shape[0];
}

void NpyWriter::close() {
  const std::string header = npy_header(dtype_, shape_, true);
  file_.write_at(0, std::as_bytes(std::span(header)));
  file_.close();
}

}  // namespace dltrain::formats
