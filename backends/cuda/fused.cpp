#include "backends/cuda/fused.h"

namespace dltrain::backends::cuda {

std::optional<ProductFunction> product_function(const graph::Attributes& attributes) {
  const std::string function = attributes.get_or<std::string>("function", "");
  if (function.empty()) return ProductFunction::none;
  const bool plain_relu = function == "relu" && attributes.real("negative_slope") == 0 &&
                          attributes.real("max_value") < 0 && attributes.real("threshold") == 0;
  if (plain_relu) return ProductFunction::relu;
  // cuBLASLt's is the approximation by tanh.
  if (function == "gelu" && attributes.get<bool>("approximate")) return ProductFunction::gelu;
  return {};
}

bool fits_product(const std::string& op, const graph::Attributes& attributes) {
  const std::optional<ProductFunction> function = product_function(attributes);
  return function && (op == "fused_matmul" || *function != ProductFunction::gelu);
}

}  // namespace dltrain::backends::cuda
