// One array in a file, from its first row to its last: what IDX and NPY files hold behind their headers. Elements
// become one of our dtypes on the way; sizes are checked against the file before anything is allocated.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/array.h"
#include "formats/gzip/byte_stream.h"

namespace dltrain::formats {

// What files hold. Types that we have not become the next larger one that we have.
enum class ElementType {
  f16,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  boolean
};

size_t byte_size(ElementType type);
DType dtype_of(ElementType type);  // i16, u16 -> i32; u32, u64 -> i64

struct ArrayLayout {
  ElementType type = ElementType::f32;
  Shape shape;
  bool big_endian = false;
  bool column_major = false;  // "Fortran order": the first index fastest
};

class ArrayStream {
 public:
  // `stream` stands behind the header, `header_bytes` from its start. Throws UserError if the file cannot hold such an
  // array.
  ArrayStream(std::unique_ptr<ByteStream> stream, ArrayLayout layout, uint64_t header_bytes);

  const std::string& path() const { return stream_->path(); }
  const Shape& shape() const { return layout_.shape; }
  DType dtype() const { return dtype_of(layout_.type); }

  // The next rows along the first axis, at most `count`; none (shape [0, ...]) at the end. Reads row-major arrays in
  // constant memory and column-major ones as a whole. The array has a first axis.
  Array read_rows(int64_t count);
  // The array as a whole, from the start; an error if bytes follow it.
  Array read_all();

 private:
  Array read_elements(Shape shape);
  void expect_end();

  std::unique_ptr<ByteStream> stream_;
  ArrayLayout layout_;
  Array whole_;  // of a column-major array that is read by rows
  int64_t next_row_ = 0;
};

}  // namespace dltrain::formats
