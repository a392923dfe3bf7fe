// BMP: a file header, an information header of 40 bytes or more, a palette, rows padded to four bytes.
#include <algorithm>
#include <cstdlib>

#include "formats/images/inspect.h"

namespace dltrain::formats {

namespace {

// Whether the palette behind the headers has shades of grey only.
bool grey_palette(ImageBytes bytes, size_t begin, uint32_t colours) {
  bytes.move_to(begin);
  for (uint32_t i = 0; i < colours; ++i) {
    const std::span<const std::byte> entry = bytes.take(4);
    if (entry[0] != entry[1] || entry[1] != entry[2]) return false;
  }
  return true;
}

}  // namespace

ImageInfo inspect_bmp(ImageBytes bytes) {
  constexpr size_t file_header = 14;
  constexpr uint32_t smallest = 40, largest = 124;
  bytes.move_to(10);
  const uint32_t offset = bytes.little(4);
  const uint32_t header = bytes.little(4);
  if (header < smallest || header > largest)
    bytes.refuse("is a BMP image of a kind that is not read (a header of " + std::to_string(header) + " bytes)");
  ImageInfo info{.kind = ImageKind::bmp};
  info.width = static_cast<int32_t>(bytes.little(4));
  info.height = std::abs(int64_t{static_cast<int32_t>(bytes.little(4))});  // negative: from top to bottom
  bytes.skip(2);
  const uint32_t bits = bytes.little(2);
  const uint32_t compression = bytes.little(4);
  constexpr uint32_t plain = 0, fields = 3;
  if (compression != plain && compression != fields) bytes.refuse("is a compressed BMP image, which is not read");
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
    bytes.refuse("is a damaged BMP image (" + std::to_string(bits) + " bits for each pixel)");
  bytes.skip(12);
  const uint32_t colours_used = bytes.little(4);
  if (bits <= 8) {
    const uint32_t most = 1U << bits;
    info.grey = grey_palette(bytes, file_header + header, colours_used == 0 ? most : std::min(colours_used, most));
  }
  if (info.width < 0) bytes.refuse("is a damaged BMP image (its width is negative)");
  const int64_t row = (info.width * bits + 31) / 32 * 4;
  if (info.height > 0 && row > static_cast<int64_t>(bytes.size()) / info.height) bytes.refuse("is truncated");
  bytes.move_to(offset);
  bytes.skip(static_cast<size_t>(row * info.height));
  return info;
}

}  // namespace dltrain::formats
