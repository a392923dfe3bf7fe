#include "backends/kernel_registry.h"

#include <algorithm>
#include <set>

#include "graph/op.h"

namespace dltrain::backends {

const std::string& KernelRequest::op() const { return node.op->name; }

Support only_float32(const KernelRequest& request, size_t floats) {
  const auto refusal = [](const graph::ValueType& type) {
    return Support{false, "it computes in float32 (was " + type.text() + ")"};
  };
  for (size_t i = 0; i < std::min(floats, request.node.inputs.size()); ++i) {
    if (request.input(i).dtype != DType::f32) return refusal(request.input(i));
  }
  if (!request.node.outputs.empty() && request.output().dtype != DType::f32) return refusal(request.output());
  return {};
}

double bytes_moved(const KernelRequest& request) {
  double bytes = 0;
  const std::set<graph::Value> inputs(request.node.inputs.begin(), request.node.inputs.end());
  for (const graph::Value value : inputs) bytes += static_cast<double>(request.graph.type(value).bytes());
  for (size_t i = 0; i < request.node.outputs.size(); ++i) {
    if (request.output_used[i]) bytes += static_cast<double>(request.output(i).bytes());
  }
  return bytes;
}

void allow_in_place(KernelInfo& info, const KernelRequest& request, int output) {
  const graph::ValueType& written = request.output(static_cast<size_t>(output));
  for (size_t i = 0; i < request.node.inputs.size(); ++i) {
    const graph::ValueType& read = request.input(i);
    if (read.shape == written.shape && byte_size(read.dtype) == byte_size(written.dtype))
      info.in_place.emplace_back(static_cast<int>(i), output);
  }
}

namespace {

class FunctionKernel final : public Kernel {
 public:
  FunctionKernel(KernelInfo info, std::function<void(const Arguments&)> run) : run_(std::move(run)) {
    info_ = std::move(info);
  }
  void run(const Arguments& arguments) override { run_(arguments); }

 private:
  std::function<void(const Arguments&)> run_;
};

}  // namespace

std::unique_ptr<Kernel> make_function_kernel(KernelInfo info, std::function<void(const Arguments&)> run) {
  return std::make_unique<FunctionKernel>(std::move(info), std::move(run));
}

}  // namespace dltrain::backends
