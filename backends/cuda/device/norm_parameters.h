// What batch normalization is given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// x [count / columns, columns] and what is said to be as x come in the kernel's dtype; everything else is float32
// [columns].
struct BatchNormParameters {
  const void* x;
  const float* gamma;
  const float* beta;
  const float* shift;  // mean of the differences from the first row; null: the mean is given
  const float* mean;
  const float* variance;
  void* out;        // as x; null where nobody reads it, as the next
  float* new_mean;
  float* inverse;
  uint32_t count, columns;
  float epsilon;
};

struct BatchNormGradParameters {
  const void* x;
  const float* gamma;
  const float* mean;
  const float* inverse;
  const void* dy;  // as x
  const float* dgamma;
  const float* dbeta;
  void* dx;  // as x
  uint32_t count, columns;
  float share;  // 1 / rows
};

}  // namespace dltrain::backends::cuda::device
