// PNG (W3C Recommendation, 2nd edition): chunks with check sums from IHDR to IEND.
#include <zlib.h>

#include "formats/images/inspect.h"

namespace dltrain::formats {

namespace {

constexpr uint32_t name(const char (&text)[5]) {
  return static_cast<uint32_t>(text[0]) << 24 | static_cast<uint32_t>(text[1]) << 16 |
         static_cast<uint32_t>(text[2]) << 8 | static_cast<uint32_t>(text[3]);
}

ImageInfo read_header(ImageBytes bytes) {
  ImageInfo info{.kind = ImageKind::png};
  info.width = bytes.big(4);
  info.height = bytes.big(4);
  bytes.skip(1);  // bits of a channel
  const uint32_t color = bytes.big(1);
  if (color > 6 || color == 1 || color == 5)
    bytes.refuse("is a damaged PNG image (colour type " + std::to_string(color) + ")");
  info.grey = color == 0 || color == 4;
  return info;
}

}  // namespace

ImageInfo inspect_png(ImageBytes bytes) {
  bytes.skip(8);
  ImageInfo info;
  bool first = true, data = false;
  while (true) {
    const uint32_t length = bytes.big(4);
    ImageBytes start = bytes;
    const std::span<const std::byte> checked = bytes.take(size_t{4} + length);
    const auto sum =
        static_cast<uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size()));
    if (bytes.big(4) != sum) bytes.refuse("is a damaged PNG image (a check sum is wrong)");
    const uint32_t type = start.big(4);
    if (first != (type == name("IHDR"))) bytes.refuse("is a damaged PNG image (its header is not where it belongs)");
    if (first) {
      if (length != 13) bytes.refuse("is a damaged PNG image (its header has " + std::to_string(length) + " bytes)");
      info = read_header(start);
      first = false;
    }
    data = data || type == name("IDAT");
    if (type != name("IEND")) continue;
    if (!data) bytes.refuse("is a damaged PNG image (it has no pixels)");
    return info;
  }
}

}  // namespace dltrain::formats
