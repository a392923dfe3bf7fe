// Numbers as the libraries of the stand-in compute them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace dltrain::stand_in {

// Rounded to the 10 bits behind the point that matrix units read, to the nearest, halves away from zero.
inline float tensorfloat32(float value) {
  if (!std::isfinite(value)) return value;
  return std::bit_cast<float>((std::bit_cast<uint32_t>(value) + 0x1000U) & ~0x1FFFU);
}
inline double tensorfloat32(double value) { return value; }

template <class T> T gelu_by_tanh(T x) {
  return T(0.5) * x * (1 + std::tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x)));
}

}  // namespace dltrain::stand_in
