// Convolutions as oneDNN describes them, for the kernels that run them.
#pragma once

#include <dnnl.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace dltrain::backends::onednn {

// The forward convolution that a node is, or is a gradient of. Images are channels-last.
struct Window {
  dnnl::memory::dims strides, dilation, padding_low, padding_high;
  dnnl::memory::desc x, y, bias;
  dnnl::memory::desc kernel;      // plain: [kh, kw, C / groups, F]
  dnnl::memory::desc any_kernel;  // the library chooses
  double flops = 0;
};

// x [N, H, W, C], kernel [kh, kw, C / groups, F], y [N, H', W', F]; the attributes are those of conv2d. What the library
// chooses for the kernel is in the dtype of x, the plain kernel in its own.
Window window_of(const graph::Attributes& attributes, const graph::ValueType& x, const graph::ValueType& kernel,
                 const graph::ValueType& y);

// The implementation of that name; where it is empty, the library's first choice, or its older loops where these were
// measured to be faster (docs/decisions/0024): a function of shapes, dtype and instruction set.
dnnl::convolution_forward::primitive_desc forward_desc(const Window& window, bool bias,
                                                       const dnnl::primitive_attr& attributes,
                                                       std::string_view implementation = {});
// The gradient of x.
dnnl::convolution_backward_data::primitive_desc backward_desc(const Window& window,
                                                              const dnnl::primitive_attr& attributes,
                                                              std::string_view implementation = {});
// The gradient of the kernel.
dnnl::convolution_backward_weights::primitive_desc gradient_desc(const Window& window,
                                                                 const dnnl::primitive_attr& attributes,
                                                                 std::string_view implementation = {});

// The names of all implementations, the one that is taken without a name first.
std::vector<std::string> forward_names(const Window& window, bool bias, const dnnl::primitive_attr& attributes);
std::vector<std::string> backward_names(const Window& window, const dnnl::primitive_attr& attributes);
std::vector<std::string> gradient_names(const Window& window, const dnnl::primitive_attr& attributes);

}  // namespace dltrain::backends::onednn
