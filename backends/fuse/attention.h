// Attention and its gradient as a pair, of which the first keeps what the second would make again.
#pragma once

#include "backends/fuse/editor.h"

namespace dltrain::backends {

// attention_grad (or self_attention_grad) at node `index` and the attention of the same inputs before it: attention_kept and
// attention_kept_grad. For backends with kernels for these wherever they have those for the plain ones.
void fuse_attention(Editor& editor, int32_t index);

}  // namespace dltrain::backends
