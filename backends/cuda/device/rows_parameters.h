// What kernels over the last axis are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// x, y, z [rows, columns]; flow [rows]; labels [rows]. What a kernel reads and writes is said beside it.
struct RowsParameters {
  const float* x;
  const float* y;
  const float* flow;
  const void* labels;
  float* out;
  uint32_t rows, columns;
};

// x [rows, columns], gamma, beta [columns] -> out as x, mean, inverse [rows] (null where nobody reads them). x and what is
// as x come in the kernel's dtype, as those below. With a residual as x their sum is normalized, and written where it is
// read.
struct LayerNormParameters {
  const void* x;
  const void* residual;
  void* sum;
  const float* gamma;
  const float* beta;
  void* out;
  float* mean;
  float* inverse;
  uint32_t rows, columns;
  float epsilon;
};

// The gradient by x, and flow as x added to it where there is one: x, dy as out; mean, inverse [rows].
struct LayerNormGradParameters {
  const void* x;
  const float* gamma;
  const float* mean;
  const float* inverse;
  const void* dy;
  const void* flow;
  void* dx;
  uint32_t rows, columns;
};

}  // namespace dltrain::backends::cuda::device
