#include "backends/cuda/registry.h"

#include <algorithm>

#include "graph/op.h"

namespace dltrain::backends::cuda {

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

const char* suffix_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return "float64";
    case DType::f32: return "float32";
    case DType::i8: return "int8";
    case DType::u8: return "uint8";
    case DType::i32: return "int32";
    case DType::i64: return "int64";
    case DType::boolean: return "bool";
    default: return nullptr;
  }
}

Support only_float32(const Request& request, size_t floats) {
  const auto refusal = [](const graph::ValueType& type) {
    return Support{false, "its CUDA kernel computes in float32 (was " + type.text() + ")"};
  };
  for (size_t i = 0; i < std::min(floats, request.node.inputs.size()); ++i) {
    if (request.input(i).dtype != DType::f32) return refusal(request.input(i));
  }
  if (!request.node.outputs.empty() && request.output().dtype != DType::f32) return refusal(request.output());
  return {};
}

}  // namespace dltrain::backends::cuda
