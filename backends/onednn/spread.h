// An own kernel for transposed convolutions whose windows lie side by side (strides as large as the kernel): each pixel is
// spread over a window of its own, so that rows of the result are rows of a matrix product. With a bias, if there is one.
#pragma once

#include <memory>

#include "backends/onednn/registry.h"

namespace dltrain::backends::onednn {

// Whether windows lie side by side and fill vectors; `kernel` is that of the convolution, [kh, kw, C, F].
bool spreads(const graph::Attributes& attributes, const Shape& kernel);

// For conv2d_grad_input and fused_conv2d_grad_input.
Support accepts_spread(const Request& request);
std::unique_ptr<Kernel> make_spread(const Request& request);

}  // namespace dltrain::backends::onednn
