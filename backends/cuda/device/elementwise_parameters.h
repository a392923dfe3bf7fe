// What element-wise kernels are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// Elements are counted in 32 bits, which halves the work of finding places: at most 2^31 - 1 of them.
constexpr int64_t max_elements = INT32_MAX;
constexpr int max_axes = 6;
constexpr int max_operands = 3;

// Of an activation: negative_slope, max_value, threshold; or alpha; or whether tanh approximates.
struct Options {
  float values[3];
};

// Where inputs lie for an output of `count` elements. rank 0: each input advances by one element, or has only one, as
// `step` says. Else the output has `rank` axes, outermost first.
struct ElementwiseParameters {
  const void* in[max_operands];
  void* out;
  uint32_t count;
  uint32_t step[max_operands];
  int rank;
  uint32_t sizes[max_axes];
  uint32_t strides[max_operands][max_axes];  // elements
  Options options;
};

}  // namespace dltrain::backends::cuda::device
