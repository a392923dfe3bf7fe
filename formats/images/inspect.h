// The three kinds of image files: each function reads what follows the signature. Internal to formats/images.
#pragma once

#include <string>

#include "formats/images/image.h"

namespace dltrain::formats {

// Bytes of a file with a position, whose reads fail with "is truncated".
class ImageBytes {
 public:
  ImageBytes(std::span<const std::byte> bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  [[noreturn]] void refuse(const std::string& what) const;
  size_t size() const { return bytes_.size(); }
  size_t position() const { return at_; }
  std::span<const std::byte> all() const { return bytes_; }
  void move_to(size_t position);
  void skip(size_t count);
  uint32_t big(size_t width);     // big-endian
  uint32_t little(size_t width);  // little-endian
  std::span<const std::byte> take(size_t count);

 private:
  std::span<const std::byte> bytes_;
  const std::string& path_;
  size_t at_ = 0;
};

ImageInfo inspect_png(ImageBytes bytes);
ImageInfo inspect_jpeg(ImageBytes bytes, const ImageLimits& limits);

// Refuses images without pixels and those beyond the limits.
void check_size(const ImageBytes& bytes, const ImageInfo& info, const ImageLimits& limits);
ImageInfo inspect_bmp(ImageBytes bytes);

}  // namespace dltrain::formats
