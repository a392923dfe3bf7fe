#include "backends/cuda/casts.h"

#include "backends/cuda/device/elementwise_parameters.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

std::function<void(const void* from, void* to)> caster(const Request& request, DType from, DType to, int64_t count) {
  device::ElementwiseParameters constant{};
  constant.count = static_cast<uint32_t>(count);
  constant.step[0] = 1;
  Queue* queue = &request.queue;
  CUkernel kernel = queue->kernel({"elementwise", std::string("cast_") + suffix_of(from) + "_" + suffix_of(to)});
  const Grid grid = grid_for(request, count, 4);
  return [=](const void* source, void* target) {
    device::ElementwiseParameters p = constant;
    p.in[0] = source;
    p.out = target;
    queue->launch(kernel, grid, &p);
  };
}

int64_t ScratchLayout::add(int64_t bytes) {
  constexpr int64_t alignment = 256;
  const int64_t start = divide_up(end_, alignment) * alignment;
  end_ = checked_add(start, bytes);
  return start;
}

void* in_scratch(const Arguments& arguments, int64_t offset) {
  return static_cast<std::byte*>(arguments.scratch) + offset;
}

}  // namespace dltrain::backends::cuda
