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
  bfloat16
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

// Numbers in memory as what they are computed in: double for float64, float for all else.
template <class T> T read_number(const void* memory, Storage storage, int64_t i) {
  if (storage == Storage::float64) return static_cast<T>(static_cast<const double*>(memory)[i]);
  if (storage == Storage::float32) return static_cast<T>(static_cast<const float*>(memory)[i]);
  return static_cast<T>(number_of_upper_half(static_cast<const uint16_t*>(memory)[i]));
}
template <class T> void write_number(void* memory, Storage storage, int64_t i, T value) {
  if (storage == Storage::float64) static_cast<double*>(memory)[i] = static_cast<double>(value);
  else if (storage == Storage::float32) static_cast<float*>(memory)[i] = static_cast<float>(value);
  else static_cast<uint16_t*>(memory)[i] = upper_half(static_cast<float>(value));
}

template <class T> T gelu_by_tanh(T x) {
  return T(0.5) * x * (1 + std::tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x)));
}

}  // namespace dltrain::stand_in
