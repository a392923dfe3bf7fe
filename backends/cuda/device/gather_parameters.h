// What kernels over rows by index are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// Elements of `bytes` each are counted in words of the kernel's type: table [rows, width], indices [count].
struct GatherParameters {
  const void* table;
  const void* indices;
  void* out;  // [count, width]
  uint32_t rows, width, count;
};

// updates [count, width] added up by index -> out [rows, width], float32 for narrow ones.
struct ScatterParameters {
  const void* indices;
  const void* updates;
  void* out;
  uint32_t rows, width, count;
};

}  // namespace dltrain::backends::cuda::device
