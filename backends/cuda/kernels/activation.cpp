// Activation functions and their gradients, computed in float32.
#include <set>
#include <string>

#include "backends/cuda/elementwise.h"

namespace dltrain::backends::cuda {

namespace {

device::Options options_of(const Request& request, const std::string& function) {
  const graph::Attributes& a = request.node.attributes;
  const auto real = [&](const char* name) { return static_cast<float>(a.real(name)); };
  if (function == "relu") return {{real("negative_slope"), real("max_value"), real("threshold")}};
  if (function == "elu") return {{real("alpha")}};
  if (function == "gelu") return {{a.get<bool>("approximate") ? 1.0F : 0.0F}};
  return {};
}

Support accepts(const Request& request) {
  const Support support = accepts_floats(request);
  return support.yes ? accepts_elementwise(request) : support;
}

constexpr double cost = 10;  // additions that an element is worth, roughly

std::unique_ptr<Kernel> make(const Request& request) {
  return make_elementwise(request, {"activation", with_dtype(request, request.op())}, cost,
                          options_of(request, request.op()));
}

std::unique_ptr<Kernel> make_gradient(const Request& request) {
  const auto& function = request.node.attributes.get<std::string>("function");
  return make_elementwise(request, {"activation", with_dtype(request, function + "_grad")}, cost,
                          options_of(request, function));
}

}  // namespace

void register_activation(KernelRegistry& registry) {
  for (const char* op : {"relu", "elu", "selu", "gelu", "silu", "sigmoid", "hard_sigmoid", "softplus", "softsign"})
    registry.add(op, {accepts, make});
  registry.add("activation_grad", {accepts, make_gradient});
}

}  // namespace dltrain::backends::cuda
