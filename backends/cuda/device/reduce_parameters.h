// What reductions are given; for host and device.
#pragma once

#include <cstdint>

#include "backends/cuda/device/elementwise_parameters.h"

namespace dltrain::backends::cuda::device {

// Places along some axes, outermost first.
struct Walk {
  uint32_t count;  // of all places
  int rank;
  uint32_t sizes[max_axes];
  uint32_t strides[max_axes];  // elements
};

// out[i] of x at kept place i, over all reduced places: one block for each output.
struct ReduceParameters {
  const void* x;
  void* out;
  Walk kept, reduced;
};

// x [rows, columns], in the kernel's dtype -> out [splits, columns]: each split adds up its own share of the rows, times
// factor.
struct ColumnsParameters {
  const void* x;
  float* out;
  uint32_t rows, columns, splits;
  float factor;
};

// Along the middle axis of x [outer, size, inner].
struct ArgmaxParameters {
  const void* x;
  int32_t* out;
  uint32_t outer, size, inner;
};

}  // namespace dltrain::backends::cuda::device
