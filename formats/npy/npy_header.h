// The header of NPY files (numpy/lib/format.py): a Python dictionary with "descr", "fortran_order" and "shape".
#pragma once

#include <string>
#include <string_view>

#include "core/dtype.h"
#include "formats/arrays/array_stream.h"

namespace dltrain::formats {

// Throws UserError (`meaning`) that begins with `path` if the text is not such a dictionary, or names a type that
// cannot be read.
ArrayLayout parse_npy_header(std::string_view text, const std::string& path, ExitCode meaning);

// Magic, version and header of an NPY file. `rows_room`: keeps place for any number of rows, so that the header can be
// written again at the same length.
std::string npy_header(DType dtype, const Shape& shape, bool rows_room = false);

}  // namespace dltrain::formats
