// What products are given; for host and device.
#pragma once

#include <cstdint>

#include "backends/cuda/device/elementwise_parameters.h"

namespace dltrain::backends::cuda::device {

// Images x [n, h, w, c], kernel [kh, kw, c / groups, f], y [n, oh, ow, f]; which is read and which is written depends
// on the kernel.
struct ConvolutionParameters {
  const float* a;
  const float* b;
  float* out;
  uint32_t n, h, w, c, kh, kw, f, oh, ow;
  uint32_t depth;  // c / groups
  uint32_t filters;  // f / groups
  int stride_h, stride_w, dilation_h, dilation_w, top, left;
};

}  // namespace dltrain::backends::cuda::device
