// Which kernels there are for an op. One file per family of ops under kernels/, found by CMake; a file adds its
// candidates, fastest first, in register_<file>(KernelRegistry&).
#pragma once

#include "backends/cuda/libraries.h"
#include "backends/kernel_registry.h"

namespace dltrain::backends::cuda {

// What a kernel is asked for.
struct Request : KernelRequest {
  Queue& queue;
  Libraries& libraries;
};

using KernelRegistry = KernelRegistryOf<Request>;

// All candidates; built once.
const KernelRegistry& kernel_registry();

// "float32" and the like as names of kernels end with; null where no kernel computes in it.
const char* suffix_of(DType dtype);

}  // namespace dltrain::backends::cuda
