// NPY files: one array as NumPy saves it (versions 1.0 to 3.0; C and Fortran order; little- and big-endian).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/files.h"
#include "formats/arrays/array_stream.h"

namespace dltrain::formats {

// Reads the header. Throws UserError (the stream's meaning) if it is not an NPY file or one that cannot be read.
ArrayStream open_npy(std::unique_ptr<ByteStream> stream);
ArrayStream open_npy(const std::string& path);
// The array as a whole.
Array read_npy(const std::string& path);

// The bytes of an NPY file, version 1.0.
std::vector<std::byte> npy_bytes(const Array& array);
// Replaces `path` as a whole.
void write_npy(const std::string& path, const Array& array);

// Writes an array row by row in constant memory. The number of rows need not be known before.
class NpyWriter {
 public:
  // `row` is the shape of one row.
  NpyWriter(const std::string& path, DType dtype, Shape row);
  // Rows: shape [n, row...], of the dtype given.
  void write(const Array& rows);
  // Writes the number of rows into the header and closes. Without it the file says that it has none.
  void close();

 private:
  OutputFile file_;
  DType dtype_;
  Shape shape_;  // [rows so far, row...]
};

}  // namespace dltrain::formats
