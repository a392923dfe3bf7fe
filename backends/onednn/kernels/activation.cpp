// Activation functions and activation_grad as one loop each. Loop options, in order: relu {negative_slope, max_value,
// threshold}, elu {alpha}, gelu {1 if approximate}; the others have none.
#include "backends/onednn/elementwise.h"
#include "backends/onednn/vector/elementwise.h"

namespace dltrain::backends::onednn {

namespace {

LoopOptions options_of(const std::string& function, const graph::Attributes& attributes) {
  const auto real = [&](const char* name) { return static_cast<float>(attributes.real(name)); };
  if (function == "relu") return {real("negative_slope"), real("max_value"), real("threshold")};
  if (function == "elu") return {real("alpha")};
  if (function == "gelu") return {attributes.get<bool>("approximate") ? 1.0F : 0.0F};
  return {};
}

std::string function_of(const Request& request) {
  const bool gradient = request.op() == "activation_grad";
  return gradient ? request.node.attributes.get<std::string>("function") : request.op();
}

std::string loop_name(const Request& request) {
  return request.op() == "activation_grad" ? function_of(request) + "_grad" : request.op();
}

Support accepts(const Request& request) {
  if (const Support support = only_real(request); !support.yes) return support;
  if (vector_loop(loop_name(request)) == nullptr) return {false, "there is no loop for " + function_of(request)};
  return {};
}

std::unique_ptr<Kernel> make(const Request& request) {
  const std::string function = function_of(request);
  const double cost = function == "relu" || function == "hard_sigmoid" || function == "softsign" ? 2 : 12;
  return make_elementwise(request, vector_loop(loop_name(request), request.input(0).dtype == DType::bf16), cost,
                          options_of(function, request.node.attributes));
}

}  // namespace

void register_activation(KernelRegistry& registry) {
  for (const char* op :
       {"relu", "elu", "selu", "gelu", "silu", "sigmoid", "hard_sigmoid", "softplus", "softsign", "activation_grad"}) {
    registry.add(op, {accepts, make});
  }
}

}  // namespace dltrain::backends::onednn
