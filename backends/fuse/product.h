// The pattern that every backend with fused products shares: matmul or conv2d, add of a bias, a function of the result.
#pragma once

#include <string>

#include "backends/fuse/editor.h"

namespace dltrain::backends {

// Whether the backend's kernel for this op ("fused_matmul" or "fused_conv2d") computes the function that the attributes
// name ("function", with its own attributes beside it).
using FitsProduct = bool (*)(const std::string& op, const graph::Attributes& attributes);

// Looks at node `index` as the last of such a group and makes it fused_matmul or fused_conv2d, in the dtype that the
// result is cast to. A value that somebody outside the group reads keeps the group apart.
void fuse_product(Editor& editor, int32_t index, FitsProduct fits);

}  // namespace dltrain::backends
