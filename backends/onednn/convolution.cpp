#include "backends/onednn/convolution.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "backends/onednn/implementations.h"
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

using ForwardDesc = dnnl::convolution_forward::primitive_desc;
using BackwardDesc = dnnl::convolution_backward_data::primitive_desc;
using GradientDesc = dnnl::convolution_backward_weights::primitive_desc;

// "brg_conv_fwd:avx512_core" is the family brg_conv_fwd for the instruction set avx512_core.
std::string_view instruction_set(std::string_view implementation) {
  implementation.remove_prefix(std::min(implementation.find(':') + 1, implementation.size()));
  return implementation.substr(0, implementation.find('+'));
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The library's loops ("jit...") for the instruction set of its first choice.
template <class Make> auto choose_loops(const Make& make, std::string_view first) {
  const std::string set(instruction_set(first));
  return choose(make, [&](std::string_view name) { return name.starts_with("jit") && instruction_set(name) == set; });
}

// What the rules look at. `first`: the library's first choice, which says for which instruction set.
struct Traits {
  explicit Traits(const Window& w, std::string_view first)
      : channels(w.x.get_dims()[1]),
        grouped(w.kernel.get_dims().size() == 5),
        strided(w.strides != memory::dims{1, 1}),
        tiles(has(first, "amx")),
        wide(has(first, "512")) {
    const memory::dims sizes = w.kernel.get_dims();
    pointwise = sizes[sizes.size() - 1] == 1 && sizes[sizes.size() - 2] == 1;
  }
  int64_t channels;  // of x
  bool grouped, strided, pointwise = false;
  bool tiles, wide;  // AMX; vectors of 512 bits, "avx512_core" and "avx10_1_512"
};

// The library puts matrix products ("brg...") first. They need enough channels to fill them.
bool loops_are_faster_forward(const Traits& t) {
  if (t.grouped || t.pointwise) return false;
  if (t.tiles) return t.channels <= 4 || (t.channels >= 16 && t.channels <= 48);
  return t.channels < (t.wide ? 16 : 4) || (t.strided && t.channels <= 32);
}

bool loops_are_faster_backward(const Traits& t) {
  if (t.grouped) return false;
  if (t.tiles) return t.channels >= 16 && t.channels <= 48 && (t.strided || !t.pointwise);
  return t.strided && (t.pointwise || t.channels <= 32);
}

ForwardDesc first_forward_desc(const Window& w, bool bias, const dnnl::primitive_attr& attributes) {
  const auto kind = dnnl::prop_kind::forward_training;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  if (!bias)
    return {engine(),   kind,          algorithm,      w.x,       w.any_kernel, w.y, w.strides,
            w.dilation, w.padding_low, w.padding_high, attributes};
  return {engine(), kind,      algorithm,  w.x,           w.any_kernel,   w.bias,
          w.y,      w.strides, w.dilation, w.padding_low, w.padding_high, attributes};
}

// Whoever goes on to other implementations keeps the hint until then: the library looks at it again.
BackwardDesc first_backward_desc(const Window& w, const ForwardDesc& hint, const dnnl::primitive_attr& attributes) {
  return {engine(),
          dnnl::algorithm::convolution_direct,
          w.x,
          w.any_kernel,
          w.y,
          w.strides,
          w.dilation,
          w.padding_low,
          w.padding_high,
          hint,
          attributes};
}

GradientDesc first_gradient_desc(const Window& w, const ForwardDesc& hint, const dnnl::primitive_attr& attributes) {
  const memory::desc any_gradient(w.kernel.get_dims(), w.kernel.get_data_type(), memory::format_tag::any);
  return {engine(),
          dnnl::algorithm::convolution_direct,
          w.x,
          any_gradient,
          w.y,
          w.strides,
          w.dilation,
          w.padding_low,
          w.padding_high,
          hint,
          attributes};
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

ForwardDesc forward_desc(const Window& w, bool bias, const dnnl::primitive_attr& attributes,
                         std::string_view implementation) {
  const auto make = [&] { return first_forward_desc(w, bias, attributes); };
  if (!implementation.empty()) return implementation_named(make, implementation);
  const ForwardDesc first = make();
  return loops_are_faster_forward(Traits(w, first.impl_info_str())) ? choose_loops(make, first.impl_info_str()) : first;
}

std::vector<std::string> forward_names(const Window& w, bool bias, const dnnl::primitive_attr& attributes) {
  return implementation_names([&] { return first_forward_desc(w, bias, attributes); },
                              forward_desc(w, bias, attributes).impl_info_str());
}

BackwardDesc backward_desc(const Window& w, const dnnl::primitive_attr& attributes, std::string_view implementation) {
  const ForwardDesc hint = first_forward_desc(w, false, attributes);
  const auto make = [&] { return first_backward_desc(w, hint, attributes); };
  if (!implementation.empty()) return implementation_named(make, implementation);
  const BackwardDesc first = make();
  const Traits traits(w, first.impl_info_str());
  // For depthwise convolutions with strides in bfloat16 the products have one column and take 40 times as long as the
  // loops of whichever instruction set (measured).
  const memory::dims kernel = w.kernel.get_dims();
  if (traits.grouped && kernel[1] == 1 && kernel[2] == 1)
    return choose(make, [](std::string_view name) { return !name.starts_with("brgconv"); });
  return loops_are_faster_backward(traits) ? choose_loops(make, first.impl_info_str()) : first;
}

std::vector<std::string> backward_names(const Window& w, const dnnl::primitive_attr& attributes) {
  const ForwardDesc hint = first_forward_desc(w, false, attributes);
  return implementation_names([&] { return first_backward_desc(w, hint, attributes); },
                              backward_desc(w, attributes).impl_info_str());
}

GradientDesc gradient_desc(const Window& w, const dnnl::primitive_attr& attributes, std::string_view implementation) {
  const ForwardDesc hint = forward_desc(w, false, attributes);
  const auto make = [&] { return first_gradient_desc(w, hint, attributes); };
  return implementation.empty() ? make() : implementation_named(make, implementation);
}

std::vector<std::string> gradient_names(const Window& w, const dnnl::primitive_attr& attributes) {
  const ForwardDesc hint = forward_desc(w, false, attributes);
  return implementation_names([&] { return first_gradient_desc(w, hint, attributes); },
                              gradient_desc(w, attributes).impl_info_str());
}

}  // namespace dltrain::backends::onednn
