// Writes PNG images without the module that reads them.
#pragma once

#include <string>

#include "core/array.h"

namespace dltrain::formats {

// The bytes of a PNG file from u8 [height, width, 1 (grey) or 3 (red, green, blue)]; equal images give equal bytes.
std::string png_bytes(const Array& image);

}  // namespace dltrain::formats
