// IDX files, MNIST's format: two zero bytes, a type, a rank, the sizes, the elements; all big-endian (also
// gzip-compressed).
#pragma once

#include <string>

#include "core/array.h"
#include "formats/arrays/array_stream.h"

namespace dltrain::formats {

// Reads the header. Throws UserError (data) if it is not an IDX file, or the file is not as long as it says.
ArrayStream open_idx(const std::string& path);
// The same from bytes that `stream` gives from their first.
ArrayStream open_idx(std::unique_ptr<ByteStream> stream);
// The array as a whole.
Array read_idx(const std::string& path);

}  // namespace dltrain::formats
