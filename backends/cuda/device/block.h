// Sums and extremes over the threads of a block, in one fixed order: five halvings within each warp, then the warps from
// left to right. The same on every run.
#pragma once

#include "backends/cuda/device/kernel.h"

namespace dltrain::backends::cuda::device {

constexpr uint32_t warp_size = 32;
constexpr uint32_t most_warps = 32;

template <class T> struct Sum {
  DLTRAIN_GPU static T none() { return T(0); }
  DLTRAIN_GPU static T join(T x, T y) { return x + y; }
};

// join over `value` of all threads; every thread gets it. `shared` has room for one value per warp; a block may use it
// again at once.
template <class Join, class T> DLTRAIN_GPU T over_block(T value, T* shared) {
  for (uint32_t offset = warp_size / 2; offset > 0; offset /= 2)
    value = Join::join(value, Thread::from_right(value, offset));
  const uint32_t warps = Thread::count() / warp_size;
  if (warps == 1 && Thread::index() == 0) shared[0] = value;
  if (warps > 1 && Thread::index() % warp_size == 0) shared[Thread::index() / warp_size] = value;
  Thread::synchronize();
  T all = shared[0];
  for (uint32_t warp = 1; warp < warps; ++warp) all = Join::join(all, shared[warp]);
  Thread::synchronize();
  return all;
}

template <class T> DLTRAIN_GPU T sum_over_block(T value, T* shared) { return over_block<Sum<T>>(value, shared); }

}  // namespace dltrain::backends::cuda::device
