// Numbers as the libraries of the stand-in compute them.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace dltrain::stand_in {

// Rounded to the 10 bits behind the point that matrix units read, to the nearest, halves away from zero.
inline float tensorfloat32(float value) {
  if (!std::isfinite(value)) return value;
  return std::bit_cast<float>((std::bit_cast<uint32_t>(value) + 0x1000U) & ~0x1FFFU);
}
inline double tensorfloat32(double value) { return value; }

// How numbers lie in memory.
enum class Storage {
  float64,
  float32,
  bfloat16,
  float16
};

inline size_t bytes_of(Storage storage) {
  return storage == Storage::float64 ? 8 : storage == Storage::float32 ? 4 : 2;
}

// bfloat16 is the upper half of a float32, rounded to the nearest, halves to even.
inline float number_of_upper_half(uint16_t half) { return std::bit_cast<float>(uint32_t{half} << 16); }
inline uint16_t upper_half(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return 0x7FC0;
  const uint32_t below = bits & 0xFFFFU, kept = bits >> 16;
  const bool up = below > 0x8000U || (below == 0x8000U && kept % 2 == 1);
  return static_cast<uint16_t>(kept + (up ? 1 : 0));
}

// float16 has 10 bits behind the point from 2^-14 on, multiples of 2^-24 below, and ends before 65520.
inline float number_of_half(uint16_t half) {
  const int exponent = half >> 10 & 31;
  const auto fraction = static_cast<float>(half & 1023);
  float size = 0;
  if (exponent == 31) size = fraction == 0 ? INFINITY : NAN;
  else if (exponent == 0) size = std::ldexp(fraction, -24);
  else size = std::ldexp(fraction + 1024, exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}
inline uint16_t half_of(float value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const float size = std::fabs(value);
  if (std::isnan(size)) return 0x7E00;
  if (size >= 65520) return sign | 0x7C00;
  const int exponent = size < 0x1p-14F ? -14 : std::ilogb(size);
  // In units of the last place, of which normal numbers have 1024 to 2047; 2048 is the first of the next exponent.
  const auto units = static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  return static_cast<uint16_t>(sign | (units + (exponent + 14) * 1024));
}

// Numbers in memory as what they are computed in: double for float64, float for all else.
template <class T> T read_number(const void* memory, Storage storage, int64_t i) {
  if (storage == Storage::float64) return static_cast<T>(static_cast<const double*>(memory)[i]);
  if (storage == Storage::float32) return static_cast<T>(static_cast<const float*>(memory)[i]);
  const uint16_t bits = static_cast<const uint16_t*>(memory)[i];
  return static_cast<T>(storage == Storage::bfloat16 ? number_of_upper_half(bits) : number_of_half(bits));
}
template <class T> void write_number(void* memory, Storage storage, int64_t i, T value) {
  if (storage == Storage::float64) static_cast<double*>(memory)[i] = static_cast<double>(value);
  else if (storage == Storage::float32) static_cast<float*>(memory)[i] = static_cast<float>(value);
  else if (storage == Storage::bfloat16) static_cast<uint16_t*>(memory)[i] = upper_half(static_cast<float>(value));
  else static_cast<uint16_t*>(memory)[i] = half_of(static_cast<float>(value));
}

template <class T> T gelu_by_tanh(T x) {
  return T(0.5) * x * (1 + std::tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x)));
}

}  // namespace dltrain::stand_in
