#include "backends/cuda/kernel.h"

#include <algorithm>
#include <set>

#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

class FunctionKernel final : public Kernel {
 public:
  FunctionKernel(KernelInfo info, Body body) : body_(std::move(body)) { info_ = std::move(info); }
  void run(const Arguments& arguments) override { body_(arguments); }

 private:
  Body body_;
};

constexpr int64_t blocks_per_processor = 8;  // of 256 threads: 2048, the most that a processor holds at a time

}  // namespace

std::unique_ptr<Kernel> make_kernel(KernelInfo info, Body body) {
  return std::make_unique<FunctionKernel>(std::move(info), std::move(body));
}

KernelInfo own_info(const Request& request, double flops) {
  KernelInfo info;
  info.flops = flops;
  const std::set<graph::Value> inputs(request.node.inputs.begin(), request.node.inputs.end());
  for (const graph::Value value : inputs) info.bytes += static_cast<double>(request.graph.type(value).bytes());
  for (size_t i = 0; i < request.node.outputs.size(); ++i) {
    if (request.output_used[i]) info.bytes += static_cast<double>(request.output(i).bytes());
  }
  return info;
}

void allow_in_place(KernelInfo& info, const Request& request, int output) {
  const graph::ValueType& written = request.output(static_cast<size_t>(output));
  for (size_t i = 0; i < request.node.inputs.size(); ++i) {
    const graph::ValueType& read = request.input(i);
    if (read.shape == written.shape && byte_size(read.dtype) == byte_size(written.dtype)) {
      info.in_place.emplace_back(static_cast<int>(i), output);
    }
  }
}

Grid grid_for(const Request& request, int64_t elements, int64_t per_thread) {
  const Grid grid;
  const int64_t most = blocks_per_processor * std::max(request.queue.gpu().facts().processors, 1);
  return {std::min(divide_up(elements, per_thread * grid.threads), most), grid.threads};
}

}  // namespace dltrain::backends::cuda
