// A bfloat16 as it lies in memory: the upper half of a float32. Own kernels read it as float32, compute in that, and round
// to the nearest, ties to even, when they store.
#pragma once

#include <bit>
#include <cstdint>

namespace dltrain::backends::onednn {

struct Bfloat16 {
  uint16_t bits = 0;
};

inline float as_float(float x) { return x; }
inline float as_float(Bfloat16 x) { return std::bit_cast<float>(static_cast<uint32_t>(x.bits) << 16); }

// The number as a T.
template <class T> T rounded(float x);
template <> inline float rounded<float>(float x) { return x; }
template <> inline Bfloat16 rounded<Bfloat16>(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  if ((bits & 0x7FFFFFFF) > 0x7F800000)
    return {static_cast<uint16_t>(bits >> 16 | 0x40)};  // not a number, and stays one
  return {static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)};
}

}  // namespace dltrain::backends::onednn
