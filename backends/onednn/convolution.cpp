#include "backends/onednn/convolution.h"

#include "backends/onednn/primitive.h"

namespace dltrain::backends::onednn {

using dnnl::memory;

namespace {

memory::desc image_desc(const graph::ValueType& image) {
  const Shape& s = image.shape;
  return {{s[0], s[3], s[1], s[2]}, data_type_of(image.dtype), memory::format_tag::nhwc};
}

memory::dims kernel_sizes(const Shape& s, int64_t groups) {
  if (groups == 1) return {s[3], s[2], s[0], s[1]};
  return {groups, s[3] / groups, s[2], s[0], s[1]};
}

}  // namespace

Window window_of(const graph::Attributes& a, const graph::ValueType& x, const graph::ValueType& kernel_type,
                 const graph::ValueType& y) {
  const Shape& kernel = kernel_type.shape;
  const std::vector<int64_t>& padding = a.integers("padding");
  const int64_t groups = a.integer("groups");
  Window w{.strides = a.integers("strides"),
           .dilation = a.integers("dilation"),
           .padding_low = {padding[0], padding[2]},
           .padding_high = {padding[1], padding[3]},
           .x = image_desc(x),
           .y = image_desc(y)};
  for (memory::dim& d : w.dilation) --d;  // the library counts the cells left out
  const memory::dims sizes = kernel_sizes(kernel, groups);
  w.kernel = {sizes, data_type_of(kernel_type.dtype),
              groups == 1 ? memory::format_tag::hwio : memory::format_tag::hwigo};
  w.any_kernel = {sizes, data_type_of(x.dtype), memory::format_tag::any};
  w.bias = {{kernel[3]}, memory::data_type::f32, memory::format_tag::a};
  w.flops = 2.0 * static_cast<double>(y.elements()) * static_cast<double>(kernel[0] * kernel[1] * kernel[2]);
  return w;
}

dnnl::convolution_forward::primitive_desc forward_desc(const Window& w, bool bias,
                                                       const dnnl::primitive_attr& attributes) {
  const auto kind = dnnl::prop_kind::forward_training;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  if (!bias)
    return {engine(),   kind,          algorithm,      w.x,       w.any_kernel, w.y, w.strides,
            w.dilation, w.padding_low, w.padding_high, attributes};
  return {engine(), kind,      algorithm,  w.x,           w.any_kernel,   w.bias,
          w.y,      w.strides, w.dilation, w.padding_low, w.padding_high, attributes};
}

}  // namespace dltrain::backends::onednn
