// The patterns around layer normalization of a residual stream.
#pragma once

#include "backends/fuse/editor.h"

namespace dltrain::backends {

// add, layer_norm at node `index`: fused_layer_norm, which gives the sum as well. Nobody may read the sum before.
void fuse_layer_norm(Editor& editor, int32_t index);
// layer_norm_grad at node `index`, add of what else flows into what was normalized: fused_layer_norm_grad.
void fuse_layer_norm_gradient(Editor& editor, int32_t index);

}  // namespace dltrain::backends
