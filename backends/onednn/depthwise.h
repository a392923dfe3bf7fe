// Own kernels for the gradients of dilated depthwise convolutions, where oneDNN has slow loops only (measured: 5 to 40
// times slower than its undilated ones). One filter a channel.
#pragma once

#include <memory>

#include "backends/onednn/registry.h"

namespace dltrain::backends::onednn {

// For conv2d_grad_input and conv2d_grad_kernel.
Support accepts_depthwise(const Request& request);
std::unique_ptr<Kernel> make_depthwise_grad_input(const Request& request);
std::unique_ptr<Kernel> make_depthwise_grad_kernel(const Request& request);

}  // namespace dltrain::backends::onednn
