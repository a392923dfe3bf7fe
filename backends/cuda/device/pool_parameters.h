// What pooling kernels are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// Images x [n, h, w, c] and windows y [n, oh, ow, c], in the kernel's dtype.
struct PoolParameters {
  const void* in;      // x forward, dy backward
  const void* places;  // of the maxima, for their gradient
  void* out;           // y forward, dx backward
  void* found;         // places of the maxima, forward; null where nobody reads them
  uint32_t n, h, w, c, oh, ow;
  int size_h, size_w, stride_h, stride_w, top, left;
};

}  // namespace dltrain::backends::cuda::device
