// Checks that the scans of a JPEG image decode to the end. Decoders fill what they cannot read with grey and keep
// silent, so a damaged image would be learned from. Internal to formats/images/jpeg.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/images/inspect.h"
#include "formats/images/jpeg/bits.h"

namespace dltrain::formats::jpeg {

// What the segments before a scan say. Positions are in the file.
class Scans {
 public:
  explicit Scans(std::span<const std::byte> file) : file_(file) {}

  void read_frame(ImageBytes segment, bool progressive);  // SOF
  void read_tables(ImageBytes segment, size_t length);    // DHT
  void read_restarts(ImageBytes segment) { restart_interval_ = segment.big(2); }  // DRI
  // Reads the scan whose header is `segment`, whose data begins at `begin`; returns where the marker behind it stands.
  // Throws BadData.
  size_t read_scan(ImageBytes segment, size_t begin);
  // Whether there was a scan for each channel.
  bool complete() const;

 private:
  struct Channel {
    uint32_t id = 0;
    int64_t across = 0, down = 0;  // sampling factors
    int64_t blocks_wide = 0, blocks_high = 0;  // that hold pixels
    int64_t stored_wide = 0;  // in the widest of scans
    bool seen = false;
    std::vector<uint64_t> nonzero;  // progressive: by block, the coefficients that are known not to be zero
  };
  struct Part {  // of a scan
    Channel* channel = nullptr;
    const HuffmanTable* dc = nullptr;
    const HuffmanTable* ac = nullptr;
  };

  std::vector<Part> read_header(ImageBytes& segment);
  void read_unit(BitReader& bits, const std::vector<Part>& parts, int64_t unit);
  void read_block(BitReader& bits, const Part& part, int64_t block);
  void read_sequential(BitReader& bits, const Part& part);
  void read_first(BitReader& bits, const Part& part, uint64_t& nonzero);
  void read_refinement(BitReader& bits, const Part& part, uint64_t& nonzero);

  std::span<const std::byte> file_;
  std::array<std::optional<HuffmanTable>, 4> dc_;
  std::array<std::optional<HuffmanTable>, 4> ac_;
  std::vector<Channel> channels_;
  bool progressive_ = false;
  uint32_t restart_interval_ = 0;
  int64_t units_wide_ = 0, units_high_ = 0;  // of all channels together
  uint32_t from_ = 0, to_ = 63;  // coefficients of the scan
  bool refines_ = false;  // the scan gives one more bit of what is known
  uint32_t skip_ = 0;  // blocks to come without more coefficients
};

}  // namespace dltrain::formats::jpeg
