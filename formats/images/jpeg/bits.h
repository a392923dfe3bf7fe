// The entropy-coded data of JPEG scans: bits and Huffman codes (ITU-T T.81, annexes C and F). Internal to
// formats/images/jpeg.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dltrain::formats::jpeg {

// The code does not decode: a code that no table has, or no more data before the next marker.
struct BadData {};

// Bits from the highest of each byte on; the 0x00 behind a 0xff is left out; ends at a marker.
class BitReader {
 public:
  BitReader(std::span<const std::byte> bytes, size_t begin) : bytes_(bytes), at_(begin) {}

  uint32_t bit() { return bits(1); }
  // The next `count` bits, 0 to 16. Throws BadData if they are not there.
  uint32_t bits(int count);
  // The next 16 bits without taking them, zeros behind the end.
  uint32_t look() {
    if (held_ < 16) fill();
    return static_cast<uint32_t>(window_ >> 48);
  }
  void drop(int count);

  // To the restart marker 0xffd0 + number that stands here; bits before it are padding. Throws BadData if there is
  // another.
  void restart(int number);
  // The position of the marker (its 0xff) that ends the scan. Throws BadData if data is left over; padding is not data.
  size_t end();

 private:
  void fill();

  std::span<const std::byte> bytes_;
  size_t at_;
  uint64_t window_ = 0;  // the next bits, from the highest on
  int held_ = 0;  // how many of them
};

class HuffmanTable {
 public:
  // `counts[n]`: codes of n + 1 bits; `values` of all codes in their order. Throws BadData if there are more codes than
  // fit.
  HuffmanTable(std::span<const std::byte, 16> counts, std::span<const std::byte> values);
  HuffmanTable() = default;

  // The value of the next code. Throws BadData.
  uint32_t next(BitReader& bits) const;

 private:
  static constexpr int quick_bits = 9;
  std::array<uint16_t, 1 << quick_bits> quick_{};  // length * 256 + value of codes up to 9 bits; 0: none
  std::array<uint32_t, 17> past_{};  // by length: one past the last code, moved to the top of 16 bits
  std::array<int32_t, 17> offset_{};  // by length: number of a code's value less the code
  std::array<uint8_t, 256> values_{};
};

}  // namespace dltrain::formats::jpeg
