// An array in host memory: dtype, shape and bytes (row-major, little-endian). What files are read into, what weights
// are saved from. A plain value.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/diagnostic.h"
#include "core/dtype.h"
#include "core/shape.h"

namespace dltrain {

struct Array {
  DType dtype = DType::f32;
  Shape shape;
  std::vector<std::byte> bytes;

  Array() = default;
  // Zeros. Throws SizeOverflow.
  Array(DType dtype, Shape shape);

  int64_t elements() const { return shape.elements(); }
  bool operator==(const Array&) const = default;

  // The elements as T; a Bug if dtype is another.
  template <class T> std::span<T> as() {
    if (dtype_for<T>() != dtype) throw Bug("an array is read as a dtype that it has not");
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <class T> std::span<const T> as() const {
    if (dtype_for<T>() != dtype) throw Bug("an array is read as a dtype that it has not");
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

// Element i converted to double; any dtype, f16 and bf16 included.
double element(const Array& array, int64_t i);
// Sets element i from a double, rounding to nearest even for narrower floats.
void set_element(Array& array, int64_t i, double value);
// A copy with another dtype. Integers out of range saturate.
Array converted(const Array& array, DType dtype);

float half_to_float(uint16_t bits);      // IEEE 754 binary16
uint16_t float_to_half(float value);     // round to nearest even
float bfloat_to_float(uint16_t bits);    // the upper half of a binary32
uint16_t float_to_bfloat(float value);   // round to nearest even

}  // namespace dltrain
