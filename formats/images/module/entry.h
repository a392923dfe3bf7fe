// What the module dltrain_images offers. Both sides are built by one compiler. Safe for several threads.
#pragma once

#include "formats/images/image.h"

namespace dltrain::formats::images {

// Fills `image` (u8 [height, width, 1 or 3], as the file's header says) with the pixels of the file; false if not all
// come.
using Decode = bool(std::span<const std::byte> file, Array& image);
// Fills `to` from `from`.
using Resize = void(const Array& from, Array& to, Interpolation interpolation);

constexpr const char* decode_symbol = "dltrain_images_decode";
constexpr const char* resize_symbol = "dltrain_images_resize";

}  // namespace dltrain::formats::images
