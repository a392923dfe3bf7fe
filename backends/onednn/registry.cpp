#include "backends/onednn/registry.h"

#include <algorithm>

#include "graph/op.h"

namespace dltrain::backends::onednn {

void register_all(KernelRegistry&);  // generated

const std::vector<Candidate>& KernelRegistry::find(std::string_view op) const {
  static const std::vector<Candidate> none;
  const auto found = candidates_.find(op);
  return found == candidates_.end() ? none : found->second;
}

const std::string& Request::op() const { return node.op->name; }

const KernelRegistry& kernel_registry() {
  static const KernelRegistry registry = [] {
    KernelRegistry all;
    register_all(all);
    return all;
  }();
  return registry;
}

Support only_real(const Request& request, bool narrow) {
  const DType dtype = request.input(0).dtype;
  if (dtype == DType::f32 || (narrow && dtype == DType::bf16)) return {};
  return {false, std::string("it computes in float32") + (narrow ? " or bfloat16" : "") + " (was " +
                     request.input(0).text() + ")"};
}

Support only_float32(const Request& request, size_t floats) {
  const auto refusal = [](const graph::ValueType& type) {
    return Support{false, "it computes in float32 (was " + type.text() + ")"};
  };
  for (size_t i = 0; i < std::min(floats, request.node.inputs.size()); ++i) {
    if (request.input(i).dtype != DType::f32) return refusal(request.input(i));
  }
  if (!request.node.outputs.empty() && request.output().dtype != DType::f32) return refusal(request.output());
  return {};
}

}  // namespace dltrain::backends::onednn
