// One function a pattern: looks at node `index` as the last of a group and rewrites it if the group is there. A value
// that somebody outside the group reads keeps the group apart.
#pragma once

#include "backends/fuse/editor.h"

namespace dltrain::backends::onednn {

// matmul or conv2d, add of a bias, relu: fused_matmul, fused_conv2d, in the dtype that the result is cast to.
void fuse_product(Editor& editor, int32_t index);
// conv2d with weights that do not change, batch_norm_inference: fused_conv2d_norm.
void fuse_convolution_norm(Editor& editor, int32_t index);
// A function behind it, other than those that fuse_batch_norm takes along.
void fuse_convolution_norm_function(Editor& editor, int32_t index);
// relu's gradient behind max_pool2d's: taken before it, on the pooled image, which is smaller.
void fuse_pool_gradient(Editor& editor, int32_t index);
// Convolutions of two images joined along their channels, and the gradients of their kernels, read the two instead:
// joined_conv2d, joined_conv2d_grad_kernel.
void fuse_joined(Editor& editor, int32_t index);
// Channels of a convolution's gradient are computed by themselves: joined_conv2d_grad_input.
void fuse_joined_gradient(Editor& editor, int32_t index);
// A transposed convolution whose windows lie side by side, add of a bias: fused_conv2d_grad_input.
void fuse_transposed(Editor& editor, int32_t index);
// The sum over images and pixels of a pooling's gradient is the sum of what it was given.
void fuse_pooled_sum(Editor& editor, int32_t index);

}  // namespace dltrain::backends::onednn
