// Numbers of 16 bits: they are so in memory only. A kernel widens what it reads, computes in float32, and rounds what it
// stores, to the nearest, halves to even; not-a-number stays one. Bits and shifts, so that the host tests what the GPU
// does.
#pragma once

#include <type_traits>

#include "backends/cuda/device/kernel.h"

namespace dltrain::backends::cuda::device {

// The upper half of a float32.
struct Bfloat16 {
  uint16_t bits;
};

template <class T> constexpr bool is_narrow = std::is_same_v<T, Bfloat16>;

template <class T> struct WideOf {
  using Type = T;
};
template <> struct WideOf<Bfloat16> {
  using Type = float;
};
// What numbers of type T are computed in.
template <class T> using Wide = typename WideOf<T>::Type;

template <class T> DLTRAIN_GPU Wide<T> widened(T x) {
  if constexpr (std::is_same_v<T, Bfloat16>) return float_of_bits(static_cast<uint32_t>(x.bits) << 16);
  else return x;
}

DLTRAIN_GPU Bfloat16 rounded_to_bfloat16(float x) {
  const uint32_t bits = bits_of_float(x);
  // A carry out of the fraction of a not-a-number would make it infinite, or zero.
  if (x != x) return {static_cast<uint16_t>((bits >> 16) | 0x40U)};
  return {static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}

// A computed number as it is stored.
template <class T> DLTRAIN_GPU T stored(Wide<T> x) {
  if constexpr (std::is_same_v<T, Bfloat16>) return rounded_to_bfloat16(x);
  else return x;
}

// The float32 next to x, in the direction of `limit`, where x is neither zero nor not-a-number.
DLTRAIN_GPU float next_towards(float x, double limit) {
  const bool grows = (static_cast<double>(x) < limit) == (x > 0);
  return float_of_bits(bits_of_float(x) + (grows ? 1U : ~0U));
}

// Rounds x once: on its way through float32 it may come to lie in the middle between two narrow numbers, and must not
// forget on which side it was.
template <class T, class R> DLTRAIN_GPU R rounded_once(T x) {
  const auto near = static_cast<float>(x);
  const auto back = static_cast<double>(near);
  const auto exact = static_cast<double>(x);
  const bool is_middle = (bits_of_float(near) & 0xFFFFU) == 0x8000U;
  if (is_middle && back != exact && near - near == 0) return stored<R>(next_towards(near, exact));
  return stored<R>(near);
}

}  // namespace dltrain::backends::cuda::device
