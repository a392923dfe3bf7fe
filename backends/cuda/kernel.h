// Kernels that enqueue work with parameters made from their arguments. What they share: the cost of one run, and the
// number of blocks for so many elements.
#pragma once

#include <memory>
#include <string>

#include "backends/cuda/queue.h"
#include "backends/cuda/registry.h"

namespace dltrain::backends::cuda {

// Whether own kernels of floats come for the dtype: float32, or one of 16 bits that they compute in float32.
bool has_float_kernels(DType dtype);
// Yes if that holds for its first input, which says what the kernel is called by; others are as the op has them.
Support accepts_floats(const Request& request);
// NAME_DTYPE, by the first input.
std::string with_dtype(const Request& request, const std::string& name);

// The info of an own kernel: every input read once and every used output written once.
KernelInfo own_info(const Request& request, double flops);

// For work in which each thread does `per_thread` elements and goes on behind the others: no more blocks than keep the
// GPU full.
Grid grid_for(const Request& request, int64_t elements, int64_t per_thread = 1);

// A launch of the kernel FILE.NAME with parameters that `fill` makes from the arguments of a run.
template <class Parameters, class Fill>
std::unique_ptr<Kernel> launch_kernel(const Request& request, KernelInfo info, const KernelName& name, const Grid& grid,
                                      Fill fill) {
  Queue* queue = &request.queue;
  CUkernel kernel = queue->kernel(name);
  info.implementation = std::string(name.file) + ":" + name.name;
  return make_function_kernel(std::move(info), [queue, kernel, grid, fill](const Arguments& a) {
    const Parameters parameters = fill(a);
    queue->launch(kernel, grid, &parameters);
  });
}

}  // namespace dltrain::backends::cuda
