// Which functions of a product NVIDIA's libraries compute with it.
#pragma once

#include <optional>
#include <string>

#include "backends/cuda/products.h"
#include "graph/attributes.h"

namespace dltrain::backends::cuda {

// The function of fused_matmul or fused_conv2d ("" is none); nothing if no library computes it.
std::optional<ProductFunction> product_function(const graph::Attributes& attributes);

// Whether a group of nodes shall become the op ("fused_matmul" or "fused_conv2d") with these attributes.
bool fits_product(const std::string& op, const graph::Attributes& attributes);

}  // namespace dltrain::backends::cuda
