// Images in PNG, JPEG or BMP files: what a file says of itself is read here, with limits; pixels are decoded by the
// module dltrain_images (OpenCV), which is loaded when first needed. A file is what its first bytes say, whatever its
// name is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/array.h"

namespace dltrain::formats {

enum class ImageKind {
  png,
  jpeg,
  bmp
};

struct ImageInfo {
  ImageKind kind = ImageKind::png;
  int64_t height = 0;
  int64_t width = 0;
  bool grey = false;  // one channel, but for transparency
};

struct ImageLimits {
  int64_t pixels = 100'000'000;
  int64_t side = 65'535;
  int64_t jpeg_scans = 500;
  uint64_t file = uint64_t{512} << 20;  // bytes
};

// Looks at the whole structure of the file, not at its pixels. Throws UserError (data) beginning with `path` for other
// kinds, truncated and damaged files, and sizes beyond the limits.
ImageInfo inspect_image(std::span<const std::byte> file, const std::string& path, const ImageLimits& limits = {});

// True for names that end like images: .png, .jpg, .jpeg, .bmp.
bool has_image_name(std::string_view path);
// True if the first bytes are those of an image.
bool begins_like_image(std::span<const std::byte> start);

// u8 [height, width, 1 or 3]; colours as red, green, blue; transparency is left out, 16-bit channels become 8-bit, and
// the orientation that a camera noted is not applied (as in Keras). Throws UserError (data) for what inspect_image
// refuses and what cannot be decoded to the last row.
Array decode_image(std::span<const std::byte> file, const std::string& path, bool grey, const ImageLimits& limits = {});

enum class Interpolation {
  bilinear,
  area,
  nearest
};

// u8 [height, width, C] from u8 [h, w, C]; pixel centres at half-integers, as in TensorFlow 2.
Array resize_image(const Array& image, int64_t height, int64_t width, Interpolation interpolation);

}  // namespace dltrain::formats
