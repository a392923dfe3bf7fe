// Ranges of work by the names of their layers, for NVIDIA's profilers (NVTX): what Nsight Systems shows beside kernels.
// Only where a profiler has asked for them, by the variable NVTX_INJECTION64_PATH that it starts a program with; else
// kernels are left as they are.
#pragma once

#include <memory>
#include <string>

#include "backends/backend.h"

namespace dltrain::backends::cuda {

bool wants_ranges();

// The kernel, with a range of this name around each of its runs.
std::unique_ptr<Kernel> in_range(std::string name, std::unique_ptr<Kernel> kernel);

}  // namespace dltrain::backends::cuda
