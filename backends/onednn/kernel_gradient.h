// An own kernel for the gradient of a convolution's kernel. oneDNN's loops reach half of what the processor can do on
// channels-last images in float32, and a fifth with few channels (measured); this one keeps its sums in registers.
#pragma once

#include <memory>

#include "backends/onednn/registry.h"

namespace dltrain::backends::onednn {

// For conv2d_grad_kernel and joined_conv2d_grad_kernel.
Support accepts_kernel_gradient(const Request& request);
// The same, also where the library is as fast.
Support computes_kernel_gradient(const Request& request);
std::unique_ptr<Kernel> make_kernel_gradient(const Request& request);

}  // namespace dltrain::backends::onednn
