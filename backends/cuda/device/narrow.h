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
// A sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16).
struct Float16 {
  uint16_t bits;
};

template <class T> constexpr bool is_narrow = std::is_same_v<T, Bfloat16> || std::is_same_v<T, Float16>;

template <class T> struct WideOf {
  using Type = std::conditional_t<is_narrow<T>, float, T>;
};
// What numbers of type T are computed in.
template <class T> using Wide = typename WideOf<T>::Type;

// The exponent moves by 112; what is smaller than normal numbers of 16 bits is normal then.
DLTRAIN_GPU float widened_float16(Float16 x) {
  const uint32_t sign = static_cast<uint32_t>(x.bits & 0x8000U) << 16;
  const uint32_t rest = static_cast<uint32_t>(x.bits & 0x7FFFU) << 13;
  if (rest >= 0x0F800000U) return float_of_bits(sign | 0x70000000U | rest);  // infinite, or not a number
  return float_of_bits(sign | bits_of_float(float_of_bits(rest) * 0x1p112F));
}

template <class T> DLTRAIN_GPU Wide<T> widened(T x) {
  if constexpr (std::is_same_v<T, Bfloat16>) return float_of_bits(static_cast<uint32_t>(x.bits) << 16);
  else if constexpr (std::is_same_v<T, Float16>) return widened_float16(x);
  else return x;
}

DLTRAIN_GPU Bfloat16 rounded_to_bfloat16(float x) {
  const uint32_t bits = bits_of_float(x);
  // A carry out of the fraction of a not-a-number would make it infinite, or zero.
  if (x != x) return {static_cast<uint16_t>((bits >> 16) | 0x40U)};
  return {static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}

DLTRAIN_GPU Float16 rounded_to_float16(float x) {
  const uint32_t bits = bits_of_float(x);
  const uint32_t sign = (bits >> 16) & 0x8000U;
  const uint32_t size = bits & 0x7FFFFFFFU;
  if (size > 0x7F800000U) return {static_cast<uint16_t>(sign | 0x7E00U)};
  if (size >= 0x477FF000U) return {static_cast<uint16_t>(sign | 0x7C00U)};  // 65520 and more are infinite
  // Below the normal numbers, of which 2^-14 is the first, all are multiples of 2^-24, and so are float32 from 1/2 to 1:
  // an addition rounds to one of those.
  if (size < 0x38800000U) {
    const uint32_t multiples = bits_of_float(float_of_bits(size) + 0.5F) - 0x3F000000U;
    return {static_cast<uint16_t>(sign | multiples)};
  }
  return {static_cast<uint16_t>(sign | ((size - 0x38000000U + 0xFFFU + ((size >> 13) & 1U)) >> 13))};
}

// A computed number as it is stored.
template <class T> DLTRAIN_GPU T stored(Wide<T> x) {
  if constexpr (std::is_same_v<T, Bfloat16>) return rounded_to_bfloat16(x);
  else if constexpr (std::is_same_v<T, Float16>) return rounded_to_float16(x);
  else return x;
}

// Rounds x once, on its way through float32: where it is none, the one of its two neighbours whose last bit is 1, which
// lies in the middle between no two narrow numbers.
template <class T, class R> DLTRAIN_GPU R rounded_once(T x) {
  const auto near = static_cast<float>(x);
  const auto exact = static_cast<double>(x);
  const auto back = static_cast<double>(near);
  const uint32_t bits = bits_of_float(near);
  const bool is_other = back != exact && near - near == 0 && near != 0 && bits % 2 == 0;
  if (!is_other) return stored<R>(near);
  const bool grows = (back < exact) == (near > 0);
  return stored<R>(float_of_bits(grows ? bits + 1 : bits - 1));
}

}  // namespace dltrain::backends::cuda::device
