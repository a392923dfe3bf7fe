// What random kernels are given; for host and device.
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

// Elements from (sample offset) x per_row on of a stream; seed, step and sample offset lie on the device.
struct RandomParameters {
  const int64_t* seed;
  const int64_t* step;
  const int64_t* sample_offset;
  const void* x;  // what is dropped from, in the kernel's dtype; null for the numbers themselves
  void* out;
  uint32_t count;
  uint64_t stream, per_row;
  uint32_t least;  // kept are draws of at least this, in units of 2^-24
  float scale;     // of what is kept
};

}  // namespace dltrain::backends::cuda::device
