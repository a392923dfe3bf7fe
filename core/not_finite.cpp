#include "core/not_finite.h"

#include <cmath>

namespace dltrain {

namespace {

template <class T> int64_t first_in(std::span<const T> values) {
  // The sum of v - v is 0 unless some v is not finite: one quick pass for the usual case.
  T sum = 0;
  for (const T value : values) sum += value - value;  // NOLINT(misc-redundant-expression)
  if (sum == 0) return -1;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) return static_cast<int64_t>(i);
  }
  return -1;
}

}  // namespace

int64_t first_not_finite(const Array& array) {
  if (!is_float(array.dtype)) return -1;
  if (array.dtype == DType::f32) return first_in(array.as<float>());
  if (array.dtype == DType::f64) return first_in(array.as<double>());
  for (int64_t i = 0; i < array.elements(); ++i) {
    if (!std::isfinite(element(array, i))) return i;
  }
  return -1;
}

}  // namespace dltrain
