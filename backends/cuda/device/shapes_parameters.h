// What kernels that move elements are given; for host and device.
#pragma once

#include <cstdint>

#include "backends/cuda/device/elementwise_parameters.h"

namespace dltrain::backends::cuda::device {

// `count` elements along `rank` axes, outermost first, each from its place in `from` to its place in `to`.
struct CopyParameters {
  const void* from;
  void* to;
  uint32_t count;
  int rank;
  uint32_t sizes[max_axes];
  uint32_t from_strides[max_axes];  // elements
  uint32_t to_strides[max_axes];
};

struct FillParameters {
  void* to;
  uint32_t count;
  uint64_t bits;  // of one element
};

// Element i is i / step % size.
struct IotaParameters {
  void* to;
  uint32_t count;
  uint32_t step, size;
};

}  // namespace dltrain::backends::cuda::device
