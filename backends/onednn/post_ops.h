// What the library may do to a result before it is stored: add a residual, apply a function that keeps not-a-number.
#pragma once

#include <dnnl.hpp>

#include "graph/attributes.h"

namespace dltrain::backends::onednn {

// The attributes that say which function follows: `function` ("" for none) and the function's own.
// True for functions that the library computes behind a product: none, relu without threshold, elu, silu, gelu.
bool fits_post_ops(const graph::Attributes& attributes);

// `accumulate`: what stands in the output is added before the function is applied.
dnnl::primitive_attr with_post_ops(const graph::Attributes& attributes, bool accumulate = false);

}  // namespace dltrain::backends::onednn
