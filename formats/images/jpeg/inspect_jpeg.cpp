// JPEG (ITU-T T.81): segments from the start to the end-of-image marker. Baseline, extended and progressive Huffman
// images.
#include "formats/images/inspect.h"
#include "formats/images/jpeg/scans.h"

namespace dltrain::formats {

namespace {

constexpr uint32_t progressive_frame = 0xc2;
constexpr uint32_t huffman_tables = 0xc4;
constexpr uint32_t end_of_image = 0xd9;
constexpr uint32_t start_of_scan = 0xda;
constexpr uint32_t restart_interval = 0xdd;

bool is_frame(uint32_t marker) {
  constexpr uint32_t reserved = 0xc8, arithmetic = 0xcc;
  return marker >= 0xc0 && marker <= 0xcf && marker != huffman_tables && marker != reserved && marker != arithmetic;
}

bool stands_alone(uint32_t marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7); }

// The segments of a file, one after the other.
class SegmentReader {
 public:
  SegmentReader(ImageBytes bytes, const ImageLimits& limits) : bytes_(bytes), scans_(bytes.all()), limits_(limits) {}

  ImageInfo read() {
    bytes_.skip(2);
    try {
      for (uint32_t marker = next_marker(); marker != end_of_image; marker = next_marker()) {
        if (!stands_alone(marker)) read_segment(marker);
      }
    } catch (const jpeg::BadData&) {
      bytes_.refuse("is a damaged JPEG image (its pixels do not decode)");
    }
    if (scan_count_ == 0 || !scans_.complete()) bytes_.refuse("is a damaged JPEG image (it has no pixels)");
    return info_;
  }

 private:
  // Fill bytes may stand before a marker.
  uint32_t next_marker() {
    if (bytes_.big(1) != 0xff) bytes_.refuse("is a damaged JPEG image (a marker is missing)");
    uint32_t marker = 0xff;
    while (marker == 0xff) marker = bytes_.big(1);
    return marker;
  }

  void read_segment(uint32_t marker) {
    const size_t begin = bytes_.position();
    const uint32_t length = bytes_.big(2);
    if (length < 2) bytes_.refuse("is a damaged JPEG image (a segment has no length)");
    const ImageBytes contents = bytes_;
    bytes_.move_to(begin);
    bytes_.skip(length);
    if (is_frame(marker)) read_frame(contents, marker);
    if (marker == huffman_tables) scans_.read_tables(contents, length - 2);
    if (marker == restart_interval) scans_.read_restarts(contents);
    if (marker == start_of_scan) read_scan(contents);
  }

  void read_frame(ImageBytes contents, uint32_t marker) {
    if (marker > progressive_frame)
      bytes_.refuse("is a JPEG image of a kind that is not read (lossless, hierarchical or arithmetic)");
    if (info_.width > 0) bytes_.refuse("is a damaged JPEG image (it has two frames)");
    ImageBytes header = contents;
    const uint32_t bits = header.big(1);
    if (bits != 8)
      bytes_.refuse("is a JPEG image with " + std::to_string(bits) + " bits for each channel, which is not read");
    info_.kind = ImageKind::jpeg;
    info_.height = header.big(2);
    info_.width = header.big(2);
    check_size(bytes_, info_, limits_);
    const uint32_t channels = header.big(1);
    if (channels != 1 && channels != 3 && channels != 4)
      bytes_.refuse("is a JPEG image with " + std::to_string(channels) + " channels, which is not read");
    info_.grey = channels == 1;
    scans_.read_frame(contents, marker == progressive_frame);
  }

  void read_scan(ImageBytes contents) {
    if (info_.width == 0) bytes_.refuse("is a damaged JPEG image (pixels before the header)");
    if (++scan_count_ > limits_.jpeg_scans)
      bytes_.refuse("has more than " + std::to_string(limits_.jpeg_scans) + " scans, as no camera writes");
    bytes_.move_to(scans_.read_scan(contents, bytes_.position()));
  }

  ImageBytes bytes_;
  jpeg::Scans scans_;
  const ImageLimits& limits_;
  ImageInfo info_;
  int64_t scan_count_ = 0;
};

}  // namespace

ImageInfo inspect_jpeg(ImageBytes bytes, const ImageLimits& limits) { return SegmentReader(bytes, limits).read(); }

}  // namespace dltrain::formats
