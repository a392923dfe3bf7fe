// What normalizations are given; for host and device.
#pragma once

#include <cstdint>

#include "backends/cuda/device/elementwise_parameters.h"

namespace dltrain::backends::cuda::device {

// In all of these x [rows, columns] and what is said to be as x come in the kernel's dtype, everything else is float32
// [columns]. A null pointer is an input that is not there, or an output that nobody reads.

// Mean and biased variance of each column's differences from its first row, which keep their digits where the mean is far
// from zero. Where there are several splits, each has its own share of the rows, and a second kernel joins them: mean and
// variance [splits, columns].
struct MomentsParameters {
  const void* x;
  float* mean;
  float* variance;
  uint32_t rows, columns, splits;
};

struct JoinMomentsParameters {
  const float* means;  // [splits, columns]
  const float* variances;
  float* mean;
  float* variance;
  uint32_t rows, columns, splits;
};

// out = function(gamma (x - mean) / sqrt(variance + epsilon) + beta + residual).
struct BatchNormParameters {
  const void* x;
  const float* gamma;
  const float* beta;
  const float* shift;  // mean of the differences from the first row; null: the mean is given
  const float* mean;
  const float* variance;
  const void* residual;  // as x
  void* out;  // as x
  float* new_mean;
  float* inverse;
  uint32_t count, columns;
  float epsilon;
  int rectifies;  // by these options
  Options options;
};

// What flows into a normalization: dy, through the rectifier behind it where there is one, whose result is y, or is
// computed again from x with beta. Sums of it, and of it times (x - mean) inverse: [splits, 2, columns], dgamma first.
struct NormFlowParameters {
  const void* x;
  const void* dy;  // as x
  const void* y;  // as x
  const float* gamma;
  const float* beta;
  const float* mean;  // [columns], or [rows] where `by_row`
  const float* inverse;  // the same
  float* sums;
  uint32_t rows, columns, splits;
  int by_row;
  int rectifies;
  Options options;
};

// The rest of the gradient of batch normalization, once the sums [2, columns] are there.
struct BatchNormGradParameters {
  NormFlowParameters flow;
  float* dgamma;
  float* dbeta;
  void* dx;  // as x
  void* dz;  // as x: what flows in behind the rectifier
  uint32_t count;
  float share;  // 1 / rows
};

}  // namespace dltrain::backends::cuda::device
