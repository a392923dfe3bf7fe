#include "core/array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/checked.h"

namespace dltrain {

Array::Array(DType type, Shape sizes) : dtype(type), shape(std::move(sizes)) {
  bytes.resize(to_size(checked_multiply(shape.elements(), static_cast<int64_t>(byte_size(dtype)))));
}

float bfloat_to_float(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

uint16_t float_to_bfloat(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return static_cast<uint16_t>((bits >> 16) | 0x40);
  const uint32_t rounding = 0x7fff + ((bits >> 16) & 1);
  return static_cast<uint16_t>((bits + rounding) >> 16);
}

float half_to_float(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t exponent = (bits >> 10) & 31;
  const uint32_t mantissa = bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000 | (mantissa << 13));
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

uint16_t float_to_half(float value) {
  const uint16_t sign = static_cast<uint16_t>((std::bit_cast<uint32_t>(value) >> 16) & 0x8000);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | 0x7e00);
  const float magnitude = std::fabs(value);
  if (magnitude >= 65520.0F) return static_cast<uint16_t>(sign | 0x7c00);
  if (magnitude == 0) return sign;
  int exponent = 0;
  std::frexp(magnitude, &exponent);  // magnitude in [2^(exponent-1), 2^exponent)
  exponent = std::max(exponent, -13);
  const float scaled =
      std::ldexp(magnitude, 11 - exponent);  // the mantissa with its leading bit, in units of the last place
  const auto units = static_cast<uint32_t>(std::nearbyint(scaled));
  return static_cast<uint16_t>(sign | ((static_cast<uint32_t>(exponent + 13) << 10) + units));
}

namespace {

template <class T> T load(const Array& array, int64_t i) {
  T value;
  std::memcpy(&value, array.bytes.data() + static_cast<size_t>(i) * sizeof(T), sizeof(T));
  return value;
}

template <class T> void store(Array& array, int64_t i, T value) {
  std::memcpy(array.bytes.data() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
}

template <class T> T saturated(double value) {
  if (std::isnan(value)) return 0;
  const double low = static_cast<double>(std::numeric_limits<T>::min());
  const double high = static_cast<double>(std::numeric_limits<T>::max());
  if (value <= low) return std::numeric_limits<T>::min();
  if (value >= high) return std::numeric_limits<T>::max();
  return static_cast<T>(value);
}

}  // namespace

double element(const Array& array, int64_t i) {
  switch (array.dtype) {
    case DType::f64: return load<double>(array, i);
    case DType::f32: return load<float>(array, i);
    case DType::f16: return half_to_float(load<uint16_t>(array, i));
    case DType::bf16: return bfloat_to_float(load<uint16_t>(array, i));
    case DType::i8: return load<int8_t>(array, i);
    case DType::u8: return load<uint8_t>(array, i);
    case DType::i32: return load<int32_t>(array, i);
    case DType::i64: return static_cast<double>(load<int64_t>(array, i));
    case DType::boolean: return load<uint8_t>(array, i) != 0 ? 1 : 0;
  }
  throw Bug("an array has no dtype");
}

void set_element(Array& array, int64_t i, double value) {
  switch (array.dtype) {
    case DType::f64: return store(array, i, value);
    case DType::f32: return store(array, i, static_cast<float>(value));
    case DType::f16: return store(array, i, float_to_half(static_cast<float>(value)));
    case DType::bf16: return store(array, i, float_to_bfloat(static_cast<float>(value)));
    case DType::i8: return store(array, i, saturated<int8_t>(value));
    case DType::u8: return store(array, i, saturated<uint8_t>(value));
    case DType::i32: return store(array, i, saturated<int32_t>(value));
    case DType::i64: return store(array, i, saturated<int64_t>(value));
    case DType::boolean: return store(array, i, static_cast<uint8_t>(value != 0 ? 1 : 0));
  }
  throw Bug("an array has no dtype");
}

Array converted(const Array& array, DType dtype) {
  if (array.dtype == dtype) return array;
  Array result(dtype, array.shape);
  const int64_t count = array.elements();
  for (int64_t i = 0; i < count; ++i) set_element(result, i, element(array, i));
  return result;
}

}  // namespace dltrain
