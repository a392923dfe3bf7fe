#include "formats/images/jpeg/bits.h"

#include <algorithm>

namespace dltrain::formats::jpeg {

void BitReader::fill() {
  while (held_ <= 56 && at_ < bytes_.size()) {
    const auto byte = std::to_integer<uint64_t>(bytes_[at_]);
    if (byte == 0xff) {
      if (at_ + 1 >= bytes_.size() || bytes_[at_ + 1] != std::byte{0}) return;  // a marker
      ++at_;
    }
    ++at_;
    window_ |= byte << (56 - held_);
    held_ += 8;
  }
}

void BitReader::drop(int count) {
  if (held_ < count) fill();
  if (held_ < count) throw BadData();
  window_ <<= count;
  held_ -= count;
}

uint32_t BitReader::bits(int count) {
  const uint32_t value = count == 0 ? 0 : look() >> (16 - count);
  drop(count);
  return value;
}

void BitReader::restart(int number) {
  const size_t marker = end();
  if (marker + 1 >= bytes_.size() || std::to_integer<int>(bytes_[marker + 1]) != 0xd0 + number) throw BadData();
  at_ = marker + 2;
  window_ = 0;
  held_ = 0;
}

size_t BitReader::end() {
  // Whole bytes that no code took: some encoders fill up with zeros or ones.
  drop(held_ % 8);
  uint32_t first = 256;
  while (look(), held_ > 0) {
    const uint32_t byte = bits(8);
    if (first == 256) first = byte;
    if (byte != first || (byte != 0 && byte != 0xff)) throw BadData();
  }
  while (at_ + 1 < bytes_.size() && bytes_[at_] == std::byte{0xff} && bytes_[at_ + 1] == std::byte{0xff}) ++at_;
  if (at_ + 1 >= bytes_.size()) throw BadData();
  return at_;
}

HuffmanTable::HuffmanTable(std::span<const std::byte, 16> counts, std::span<const std::byte> values) {
  uint32_t code = 0;
  size_t number = 0;
  for (int length = 1; length <= 16; ++length) {
    const auto index = static_cast<size_t>(length);
    const auto count = std::to_integer<uint32_t>(counts[index - 1]);
    offset_[index] = static_cast<int32_t>(number) - static_cast<int32_t>(code);
    for (uint32_t i = 0; i < count; ++i, ++code, ++number) {
      if (code >= 1U << length || number >= values.size()) throw BadData();
      values_[number] = std::to_integer<uint8_t>(values[number]);
      if (length > quick_bits) continue;
      const uint32_t begin = code << (quick_bits - length);
      const auto entry = static_cast<uint16_t>(length * 256 + values_[number]);
      std::fill_n(quick_.begin() + begin, size_t{1} << (quick_bits - length), entry);
    }
    past_[index] = code << (16 - length);
    code <<= 1;
  }
}

uint32_t HuffmanTable::next(BitReader& bits) const {
  const uint32_t ahead = bits.look();
  if (const uint16_t entry = quick_[ahead >> (16 - quick_bits)]; entry != 0) {
    bits.drop(entry >> 8);
    return entry & 255U;
  }
  for (size_t length = quick_bits + 1; length <= 16; ++length) {
    if (ahead >= past_[length]) continue;
    bits.drop(static_cast<int>(length));
    const int32_t number = static_cast<int32_t>(ahead >> (16 - length)) + offset_[length];
    if (number < 0 || number > 255) throw BadData();
    return values_[static_cast<size_t>(number)];
  }
  throw BadData();
}

}  // namespace dltrain::formats::jpeg
