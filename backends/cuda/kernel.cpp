#include "backends/cuda/kernel.h"

#include <algorithm>

#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t blocks_per_processor = 8;  // of 256 threads: 2048, the most that a processor holds at a time

}  // namespace

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
