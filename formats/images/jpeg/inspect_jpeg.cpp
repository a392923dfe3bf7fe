// JPEG (ITU-T T.81): segments from the start to the end-of-image marker. Baseline, extended and progressive Huffman images.
#include "formats/images/inspect.h"

namespace dltrain::formats {

namespace {

constexpr uint32_t start_of_scan = 0xda;
constexpr uint32_t end_of_image = 0xd9;

bool is_frame(uint32_t marker) {
  constexpr uint32_t huffman_tables = 0xc4, reserved = 0xc8, arithmetic = 0xcc;
  return marker >= 0xc0 && marker <= 0xcf && marker != huffman_tables && marker != reserved && marker != arithmetic;
}

bool stands_alone(uint32_t marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7); }

// The next marker in the file; fill bytes may stand before it.
uint32_t next_marker(ImageBytes& bytes) {
  if (bytes.big(1) != 0xff) bytes.refuse("is a damaged JPEG image (a marker is missing)");
  uint32_t marker = 0xff;
  while (marker == 0xff) marker = bytes.big(1);
  return marker;
}

// Past the entropy-coded data of a scan, to the byte 0xff of the next marker: 0xff 0x00 is data, restarts belong to the scan.
void skip_scan(ImageBytes& bytes) {
  while (true) {
    if (bytes.big(1) != 0xff) continue;
    uint32_t code = 0xff;
    size_t at = bytes.position() - 1;
    while (code == 0xff) {
      at = bytes.position() - 1;
      code = bytes.big(1);
    }
    if (code == 0 || stands_alone(code)) continue;
    bytes.move_to(at);
    return;
  }
}

ImageInfo read_frame(ImageBytes bytes, uint32_t marker) {
  constexpr uint32_t progressive = 0xc2;
  if (marker > progressive) bytes.refuse("is a JPEG image of a kind that is not read (lossless, hierarchical or arithmetic)");
  ImageInfo info{.kind = ImageKind::jpeg};
  const uint32_t bits = bytes.big(1);
  if (bits != 8) bytes.refuse("is a JPEG image with " + std::to_string(bits) + " bits for each channel, which is not read");
  info.height = bytes.big(2);
  info.width = bytes.big(2);
  const uint32_t channels = bytes.big(1);
  if (channels != 1 && channels != 3 && channels != 4) bytes.refuse("is a JPEG image with " + std::to_string(channels) + " channels, which is not read");
  info.grey = channels == 1;
  return info;
}

}  // namespace

ImageInfo inspect_jpeg(ImageBytes bytes, int64_t most_scans) {
  bytes.skip(2);
  ImageInfo info;
  bool frame = false;
  int64_t scans = 0;
  while (true) {
    const uint32_t marker = next_marker(bytes);
    if (marker == end_of_image) break;
    if (stands_alone(marker)) continue;
    const size_t begin = bytes.position();
    const uint32_t length = bytes.big(2);
    if (length < 2) bytes.refuse("is a damaged JPEG image (a segment has no length)");
    if (is_frame(marker)) {
      if (frame) bytes.refuse("is a damaged JPEG image (it has two frames)");
      info = read_frame(bytes, marker);
      frame = true;
    }
    bytes.move_to(begin);
    bytes.skip(length);
    if (marker != start_of_scan) continue;
    if (!frame) bytes.refuse("is a damaged JPEG image (pixels before the header)");
    if (++scans > most_scans) bytes.refuse("has more than " + std::to_string(most_scans) + " scans, as no camera writes");
    skip_scan(bytes);
  }
  if (scans == 0) bytes.refuse("is a damaged JPEG image (it has no pixels)");
  return info;
}

}  // namespace dltrain::formats
