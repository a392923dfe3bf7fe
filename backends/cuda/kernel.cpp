#include "backends/cuda/kernel.h"

#include <algorithm>

#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t blocks_per_processor = 8;  // of 256 threads: 2048, the most that a processor holds at a time

}  // namespace

bool has_float_kernels(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16; }

Support accepts_floats(const Request& request) {
  if (has_float_kernels(request.input(0).dtype)) return {};
  return {false, "its CUDA kernel computes in float32, bfloat16 and float16 (was " + request.input(0).text() + ")"};
}

std::string with_dtype(const Request& request, const std::string& name) {
  return name + "_" + suffix_of(request.input(0).dtype);
}

KernelInfo own_info(const Request& request, double flops) {
  KernelInfo info;
  info.flops = flops;
  info.bytes = bytes_moved(request);
  return info;
}

Grid grid_for(const Request& request, int64_t elements, int64_t per_thread) {
  const Grid grid;
  const int64_t most = blocks_per_processor * std::max(request.queue.gpu().facts().processors, 1);
  return {std::min(divide_up(elements, per_thread * grid.threads), most), grid.threads};
}

}  // namespace dltrain::backends::cuda
