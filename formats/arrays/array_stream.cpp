#include "formats/arrays/array_stream.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::formats {

static_assert(std::endian::native == std::endian::little, "elements are taken as they lie in little-endian files");

size_t byte_size(ElementType type) {
  switch (type) {
    case ElementType::i8:
    case ElementType::u8:
    case ElementType::boolean: return 1;
    case ElementType::f16:
    case ElementType::i16:
    case ElementType::u16: return 2;
    case ElementType::f32:
    case ElementType::i32:
    case ElementType::u32: return 4;
    case ElementType::f64:
    case ElementType::i64:
    case ElementType::u64: return 8;
  }
  throw Bug("an array in a file has no type");
}

DType dtype_of(ElementType type) {
  switch (type) {
    case ElementType::f16: return DType::f16;
    case ElementType::f32: return DType::f32;
    case ElementType::f64: return DType::f64;
    case ElementType::i8: return DType::i8;
    case ElementType::u8: return DType::u8;
    case ElementType::boolean: return DType::boolean;
    case ElementType::i16:
    case ElementType::u16:
    case ElementType::i32: return DType::i32;
    case ElementType::u32:
    case ElementType::u64:
    case ElementType::i64: return DType::i64;
  }
  throw Bug("an array in a file has no type");
}

namespace {

void swap_bytes(std::span<std::byte> bytes, size_t width) {
  if (width == 1) return;
  for (size_t at = 0; at + width <= bytes.size(); at += width) {
    std::reverse(bytes.begin() + static_cast<ptrdiff_t>(at), bytes.begin() + static_cast<ptrdiff_t>(at + width));
  }
}

// Elements of type From in the front half of `bytes` become elements of the twice as large To, in place, from the back.
template <class From, class To> void widen(std::vector<std::byte>& bytes) {
  const size_t count = bytes.size() / sizeof(To);
  for (size_t i = count; i-- > 0;) {
    From narrow;
    std::memcpy(&narrow, bytes.data() + i * sizeof(From), sizeof(From));
    const To wide = static_cast<To>(narrow);
    std::memcpy(bytes.data() + i * sizeof(To), &wide, sizeof(To));
  }
}

void check_range(const std::string& path, ExitCode meaning, const Array& array) {
  for (const int64_t value : array.as<int64_t>()) {
    if (value >= 0) continue;
    throw UserError(meaning, "integer-size", path,
                    "holds the unsigned 64-bit number " + std::to_string(static_cast<uint64_t>(value)) +
                        ", which is larger than 2^63-1");
  }
}

void to_row_major(Array& array) {
  const size_t width = dltrain::byte_size(array.dtype);
  const Shape& shape = array.shape;
  std::vector<std::byte> result(array.bytes.size());
  std::vector<int64_t> index(shape.rank(), 0);
  const std::vector<int64_t> strides = strides_of(shape);
  int64_t to = 0;
  for (size_t from = 0; from < array.bytes.size(); from += width) {
    std::memcpy(result.data() + static_cast<size_t>(to) * width, array.bytes.data() + from, width);
    for (size_t axis = 0; axis < shape.rank(); ++axis) {  // the first index runs fastest
      to += strides[axis];
      if (++index[axis] < shape[axis]) break;
      to -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  array.bytes = std::move(result);
}

uint64_t bytes_in_file(const ArrayLayout& layout) {
  return static_cast<uint64_t>(checked_multiply(layout.shape.elements(), static_cast<int64_t>(byte_size(layout.type))));
}

}  // namespace

ArrayStream::ArrayStream(std::unique_ptr<ByteStream> stream, ArrayLayout layout, uint64_t header_bytes)
    : stream_(std::move(stream)), layout_(std::move(layout)) {
  constexpr uint64_t most = uint64_t{1} << 62;
  uint64_t promised = most;
  try {
    promised = bytes_in_file(layout_);
    checked_multiply(layout_.shape.elements(), 8);  // wider types fit as well
  } catch (const SizeOverflow&) {
    throw UserError(stream_->meaning(), "unreadable-file", path(),
                    "its header promises an array of shape " + layout_.shape.text() + ", which no file can hold");
  }
  const uint64_t there = stream_->most_bytes();
  if (there == no_limit || (there >= header_bytes && promised <= there - header_bytes)) return;
  throw UserError(stream_->meaning(), "unreadable-file", path(),
                  "its header promises an array of shape " + layout_.shape.text() + " (" + bytes_text(promised) +
                      "), but at most " + bytes_text(there > header_bytes ? there - header_bytes : 0) +
                      " follow; the file is truncated or damaged",
                  "get the file again");
}

Array ArrayStream::read_elements(Shape shape) {
  Array array;
  array.dtype = dtype();
  array.shape = std::move(shape);
  const size_t width = byte_size(layout_.type);
  const size_t count = to_size(array.elements());
  const size_t total = count * width;
  constexpr size_t chunk = size_t{1} << 24;  // memory grows with what arrives, not with what is promised
  constexpr size_t most_reserved = size_t{1} << 30;
  if (stream_->most_bytes() != no_limit) array.bytes.reserve(std::min(total, most_reserved));
  while (array.bytes.size() < total) {
    const size_t before = array.bytes.size();
    array.bytes.resize(before + std::min(chunk, total - before));
    const std::span<std::byte> room = std::span(array.bytes).subspan(before);
    const size_t got = stream_->read(room);
    if (got == room.size()) continue;
    throw UserError(
        stream_->meaning(), "unreadable-file", path(),
        "ends early: " + bytes_text(before + got) + " of " + bytes_text(total) + " are there; the file is truncated",
        "get the file again");
  }
  if (layout_.big_endian) swap_bytes(array.bytes, width);
  array.bytes.resize(count * dltrain::byte_size(array.dtype));
  switch (layout_.type) {
    case ElementType::i16: widen<int16_t, int32_t>(array.bytes); break;
    case ElementType::u16: widen<uint16_t, int32_t>(array.bytes); break;
    case ElementType::u32: widen<uint32_t, int64_t>(array.bytes); break;
    case ElementType::u64: check_range(path(), stream_->meaning(), array); break;
    case ElementType::boolean:
      for (std::byte& value : array.bytes) value = value == std::byte{0} ? std::byte{0} : std::byte{1};
      break;
    default: break;
  }
  return array;
}

void ArrayStream::expect_end() {
  std::array<std::byte, 1> more;
  if (stream_->read(more) == 0) return;
  throw UserError(stream_->meaning(), "unreadable-file", path(),
                  "is longer than its header says: bytes follow the array of shape " + layout_.shape.text() +
                      "; the header or the file is damaged",
                  "get the file again");
}

Array ArrayStream::read_rows(int64_t count) {
  if (layout_.shape.rank() == 0) throw Bug("a scalar is read by rows");
  Shape shape = layout_.shape;
  shape[0] = std::min(count, layout_.shape[0] - next_row_);
  if (layout_.column_major && whole_.shape.rank() == 0) whole_ = read_all();
  Array rows;
  if (layout_.column_major) {
    rows = Array(dtype(), shape);
    const size_t row = layout_.shape[0] == 0 ? 0 : whole_.bytes.size() / to_size(layout_.shape[0]);
    if (!rows.bytes.empty())
      std::memcpy(rows.bytes.data(), whole_.bytes.data() + to_size(next_row_) * row, rows.bytes.size());
  } else {
    rows = read_elements(shape);
    if (shape[0] > 0 && next_row_ + shape[0] == layout_.shape[0]) expect_end();
  }
  next_row_ += shape[0];
  return rows;
}

Array ArrayStream::read_all() {
  Array array = read_elements(layout_.shape);
  expect_end();
  if (layout_.column_major && layout_.shape.rank() > 1) to_row_major(array);
  return array;
}

}  // namespace dltrain::formats
