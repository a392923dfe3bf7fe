// The patterns around batch normalization that every backend with fused kernels for it shares.
#pragma once

#include "backends/fuse/editor.h"

namespace dltrain::backends {

// batch_norm (or batch_norm_inference), add of a residual, relu, of which node `index` is the last: fused_batch_norm
// (fused_batch_norm_inference).
void fuse_batch_norm(Editor& editor, int32_t index);
// activation_grad of relu, batch_norm_grad, of which node `index` is the last: fused_batch_norm_grad, which does not need
// relu's result where nothing was added before it.
void fuse_batch_norm_gradient(Editor& editor, int32_t index);

}  // namespace dltrain::backends
