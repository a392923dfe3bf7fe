#include "formats/tfevents/crc32c.h"

#include <array>
#include <cstring>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

namespace dltrain::formats {

namespace {

constexpr std::array<uint32_t, 256> table = [] {
  std::array<uint32_t, 256> made{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78U : 0);
    made[i] = value;
  }
  return made;
}();

}  // namespace

namespace crc32c_parts {

uint32_t portable(uint32_t state, std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) state = (state >> 8) ^ table[(state ^ static_cast<uint32_t>(byte)) & 0xff];
  return state;
}

#ifdef __x86_64__

bool processor_can() {
  static const bool can = __builtin_cpu_supports("sse4.2") != 0;
  return can;
}

__attribute__((target("sse4.2"))) uint32_t processor(uint32_t state, std::span<const std::byte> bytes) {
  uint64_t wide = state;
  while (bytes.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, word);
    bytes = bytes.subspan(8);
  }
  state = static_cast<uint32_t>(wide);
  for (const std::byte byte : bytes) state = _mm_crc32_u8(state, static_cast<uint8_t>(byte));
  return state;
}

#else

bool processor_can() { return false; }
uint32_t processor(uint32_t state, std::span<const std::byte> bytes) { return portable(state, bytes); }

#endif

}  // namespace crc32c_parts

uint32_t crc32c(std::span<const std::byte> bytes) {
  const auto take = crc32c_parts::processor_can() ? crc32c_parts::processor : crc32c_parts::portable;
  return ~take(~uint32_t{0}, bytes);
}

}  // namespace dltrain::formats
