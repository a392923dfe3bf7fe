// What code for the GPU is written with, so that the same text compiles for the device (nvcc) and for the host (tests,
// where blocks run one after the other and their threads as coroutines: tests/cuda/stand_in). A kernel is a type with
// `Parameters`, which it gets by value, and a static function `run(const Parameters&)` that every thread calls;
// DLTRAIN_KERNEL gives it a name that the host finds it by; DLTRAIN_KERNEL_OF one whose blocks have more than 256
// threads, and so many at most.
//
// Threads of a block: Thread::index() of Thread::count(); blocks: Thread::block() of Thread::blocks(). What a block
// shares is a local variable with DLTRAIN_SHARED in front. A loop behind DLTRAIN_UNROLLED reads ahead. Warps are 32
// threads; blocks are multiples of that.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#ifdef __CUDACC__

#define DLTRAIN_GPU __device__ __forceinline__
#define DLTRAIN_SHARED __shared__
#define DLTRAIN_UNROLLED _Pragma("unroll 8")
#define DLTRAIN_KERNEL(name, ...) \
  extern "C" __global__ void name(const __grid_constant__ __VA_ARGS__::Parameters p) { __VA_ARGS__::run(p); }
#define DLTRAIN_KERNEL_OF(threads, name, ...)                                                                     \
  extern "C" __global__ void __launch_bounds__(threads) name(const __grid_constant__ __VA_ARGS__::Parameters p) { \
    __VA_ARGS__::run(p);                                                                                          \
  }

namespace dltrain::backends::cuda::device {

struct Thread {
  DLTRAIN_GPU static uint32_t index() { return threadIdx.x; }
  DLTRAIN_GPU static uint32_t count() { return blockDim.x; }
  DLTRAIN_GPU static uint32_t block() { return blockIdx.x; }
  DLTRAIN_GPU static uint32_t blocks() { return gridDim.x; }
  // Until all threads of the block are here; what they wrote is seen by all then.
  DLTRAIN_GPU static void synchronize() { __syncthreads(); }
  // The value of the thread `offset` places to the right within the warp.
  template <class T> DLTRAIN_GPU static T from_right(T value, uint32_t offset) {
    return __shfl_down_sync(0xffffffffU, value, offset);
  }
};

DLTRAIN_GPU uint32_t bits_of_float(float x) { return __float_as_uint(x); }
DLTRAIN_GPU float float_of_bits(uint32_t bits) { return __uint_as_float(bits); }

}  // namespace dltrain::backends::cuda::device

#else

#include "backends/cuda/device/on_host.h"

#define DLTRAIN_GPU inline
#define DLTRAIN_SHARED static
#define DLTRAIN_UNROLLED
#define DLTRAIN_KERNEL(name, ...)                                      \
  static const bool registered_##name = dltrain::stand_in::add_kernel( \
      #name, sizeof(__VA_ARGS__::Parameters),                          \
      [](const void* p) { __VA_ARGS__::run(*static_cast<const __VA_ARGS__::Parameters*>(p)); });
#define DLTRAIN_KERNEL_OF(threads, name, ...) DLTRAIN_KERNEL(name, __VA_ARGS__)

namespace dltrain::backends::cuda::device {
using Thread = stand_in::Thread;
inline uint32_t bits_of_float(float x) { return std::bit_cast<uint32_t>(x); }
inline float float_of_bits(uint32_t bits) { return std::bit_cast<float>(bits); }
}  // namespace dltrain::backends::cuda::device

#endif

namespace dltrain::backends::cuda::device {

// The first element of a thread, and the step to its next, in loops over all elements of a launch: less than 2^31,
// so that one step beyond them is still a number of 32 bits.
DLTRAIN_GPU uint32_t first_element() { return Thread::block() * Thread::count() + Thread::index(); }
DLTRAIN_GPU uint32_t element_step() { return Thread::blocks() * Thread::count(); }

// A few values of one type that are loaded and stored at once, 16 bytes at most.
template <class T, int n> struct alignas(sizeof(T) * n) Pack {
  T values[n];
};
template <class T> constexpr int pack_size = sizeof(T) >= 2 ? 16 / sizeof(T) : 4;

}  // namespace dltrain::backends::cuda::device
