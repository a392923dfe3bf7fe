// Which kernels there are for an op. One file per family of ops under kernels/, found by CMake; a file adds its
// candidates, fastest first, in register_<file>(KernelRegistry&).
#pragma once

#include "backends/kernel_registry.h"
#include "backends/onednn/machine.h"

namespace dltrain::backends::onednn {

// What a kernel is asked for.
struct Request : KernelRequest {
  const Machine& machine;
};

using KernelRegistry = KernelRegistryOf<Request>;

// All candidates; built once.
const KernelRegistry& kernel_registry();

// Yes if the first input is float32 or bfloat16; what the others are follows from it (graph/op.h). With `narrow` false,
// only for float32.
Support only_real(const Request& request, bool narrow = true);

}  // namespace dltrain::backends::onednn
