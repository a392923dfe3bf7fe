#include "backends/onednn/kernel.h"

#include <set>

#include "backends/onednn/denormals.h"

namespace dltrain::backends::onednn {

namespace {

class FunctionKernel final : public Kernel {
 public:
  FunctionKernel(KernelInfo info, Body body) : body_(std::move(body)) { info_ = std::move(info); }

  void run(const Arguments& arguments) override {
    const FlushDenormals guard;
    body_(arguments);
  }

 private:
  Body body_;
};

}  // namespace

std::unique_ptr<Kernel> make_kernel(KernelInfo info, Body body) {
  return std::make_unique<FunctionKernel>(std::move(info), std::move(body));
}

KernelInfo own_info(const Request& request, double flops) {
  KernelInfo info;
  info.implementation = "own:" + request.machine.instruction_set;
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

}  // namespace dltrain::backends::onednn
