// Convolutions and their gradients by oneDNN. Images stay channels-last; weights are handed over in whatever layout the
// library likes best, as private copies, because its loops for plain weights are up to 30 times slower (measured).
// Backward primitives are created with the forward one as hint, as the library asks for.
#include <dnnl.hpp>

#include "backends/onednn/convolution.h"
#include "backends/onednn/depthwise.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/kernel_gradient.h"
#include "backends/onednn/post_ops.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/spread.h"

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

// One of the three, with a kernel that is read through a packed copy.
class PackedConvolution : public LibraryKernel {
 protected:
  template <class Desc> void describe(const Desc& desc) {
    info_.implementation = desc.impl_info_str();
    reserve(desc.scratchpad_desc().get_size());
  }
  void set_packed(const Request& request, const Window& w, const memory::desc& wanted) {
    reorder_ = make_reorder(w.kernel, wanted);
    if (!reorder_) return;
    info_.packed_bytes = static_cast<int64_t>(wanted.get_size());
    info_.packed_inputs = {1};
    info_.packed_layout = layout_text(w.kernel, wanted);
    const StateUse use = state_use(request.graph, request.node.inputs[1]);
    info_.reorders = !use.is_state || use.changes ? 1 : 0;
  }
  void fill_packed(const Arguments& arguments) override {
    if (reorder_) reorder_.run(std::array{arguments.inputs[1], arguments.packed});
  }
  void* kernel(const Arguments& arguments) const { return reorder_ ? arguments.packed : arguments.inputs[1]; }

  Primitive primitive_;

 private:
  Primitive reorder_;
};

bool has_bias(const Request& request) { return request.node.inputs.size() > 2; }

Window forward_window(const Request& request) {
  Window w = window_of(request.node.attributes, request.input(0), request.input(1), request.output());
  if (has_bias(request)) w.bias = {w.bias.get_dims(), data_type_of(request.input(2).dtype), memory::format_tag::a};
  return w;
}

class Forward final : public PackedConvolution {
 public:
  explicit Forward(const Request& request) : has_bias_(has_bias(request)) {
    const Window w = forward_window(request);
    begin(request, w.flops);
    const auto desc = forward_desc(w, has_bias_, with_post_ops(request.node.attributes), request.implementation);
    std::vector<Primitive::Argument> arguments = {{DNNL_ARG_SRC, w.x},
                                                  {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                  {DNNL_ARG_DST, w.y},
                                                  {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}};
    if (has_bias_) arguments.push_back({DNNL_ARG_BIAS, w.bias});
    primitive_ = Primitive(dnnl::convolution_forward(desc), arguments);
    describe(desc);
    set_packed(request, w, desc.weights_desc());
  }

 private:
  void execute(const Arguments& a) override {
    const std::array<void*, 5> addresses = {a.inputs[0], kernel(a), a.outputs[0], a.scratch,
                                            has_bias_ ? a.inputs[2] : nullptr};
    primitive_.run(std::span(addresses).first(has_bias_ ? 5 : 4));
  }

  bool has_bias_;
};

// inputs dy, kernel; the gradient of the image.
Window grad_input_window(const Request& request) {
  return window_of(request.node.attributes, request.output(), request.input(1), request.input(0));
}

class GradInput final : public PackedConvolution {
 public:
  explicit GradInput(const Request& request) {
    const Window w = grad_input_window(request);
    begin(request, w.flops);
    const auto desc = backward_desc(w, user_scratchpad(), request.implementation);
    primitive_ = Primitive(dnnl::convolution_backward_data(desc), {{DNNL_ARG_DIFF_DST, w.y},
                                                                   {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                                   {DNNL_ARG_DIFF_SRC, w.x},
                                                                   {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
    describe(desc);
    set_packed(request, w, desc.weights_desc());
  }

 private:
  void execute(const Arguments& a) override {
    primitive_.run(std::array{a.inputs[0], kernel(a), a.outputs[0], a.scratch});
  }
};

// inputs x, dy; the gradient of the kernel, brought into its plain layout at the end.
Window grad_kernel_window(const Request& request) {
  return window_of(request.node.attributes, request.input(0), request.output(), request.input(1));
}

class GradKernel final : public LibraryKernel {
 public:
  explicit GradKernel(const Request& request) {
    const Window w = grad_kernel_window(request);
    begin(request, w.flops);
    const auto desc = gradient_desc(w, user_scratchpad(), request.implementation);
    primitive_ = Primitive(dnnl::convolution_backward_weights(desc), {{DNNL_ARG_SRC, w.x},
                                                                      {DNNL_ARG_DIFF_DST, w.y},
                                                                      {DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc()},
                                                                      {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
    reorder_ = make_reorder(desc.diff_weights_desc(), w.kernel);
    info_.implementation = desc.impl_info_str();
    reserve(desc.scratchpad_desc().get_size());
    if (!reorder_) return;
    blocked_ = reserve(desc.diff_weights_desc().get_size());
    info_.reorders = 1;
  }

 private:
  void execute(const Arguments& a) override {
    void* const gradient = reorder_ ? scratch(a, blocked_) : a.outputs[0];
    primitive_.run(std::array{a.inputs[0], a.inputs[1], gradient, a.scratch});
    if (reorder_) reorder_.run(std::array{gradient, a.outputs[0]});
  }

  Primitive primitive_;
  Primitive reorder_;
  int64_t blocked_ = 0;
};

Support accepts(const Request& request) {
  if (const Support support = only_real(request); !support.yes) return support;
  if (!fits_post_ops(request.node.attributes))
    return {false, "the library does not compute this function behind a convolution"};
  return {};
}

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

using Names = std::vector<std::string>;

Names names_of_forward(const Request& request) {
  if (!accepts(request).yes) return {};
  const Window w = forward_window(request);
  use_threads_for(request, w.flops);
  return forward_names(w, has_bias(request), with_post_ops(request.node.attributes));
}

Names names_of_grad_input(const Request& request) {
  if (!accepts(request).yes) return {};
  const Window w = grad_input_window(request);
  use_threads_for(request, w.flops);
  return backward_names(w, user_scratchpad());
}

Names names_of_grad_kernel(const Request& request) {
  if (!accepts(request).yes) return {};
  const Window w = grad_kernel_window(request);
  use_threads_for(request, w.flops);
  return gradient_names(w, user_scratchpad());
}

}  // namespace

void register_convolution(KernelRegistry& registry) {
  registry.add("conv2d", {accepts, make<Forward>, names_of_forward});
  registry.add("fused_conv2d", {accepts, make<Forward>, names_of_forward});
  registry.add("conv2d_grad_input", {accepts_depthwise, make_depthwise_grad_input, own_names<accepts_depthwise>});
  registry.add("conv2d_grad_input", {accepts_spread, make_spread, own_names<accepts_spread>});
  registry.add("conv2d_grad_input", {accepts, make<GradInput>, names_of_grad_input});
  registry.add("fused_conv2d_grad_input", {accepts_spread, make_spread});
  registry.add("conv2d_grad_kernel", {accepts_depthwise, make_depthwise_grad_kernel, own_names<accepts_depthwise>});
  registry.add("conv2d_grad_kernel",
               {accepts_kernel_gradient, make_kernel_gradient, own_names<computes_kernel_gradient>});
  registry.add("conv2d_grad_kernel", {accepts, make<GradKernel>, names_of_grad_kernel});
}

}  // namespace dltrain::backends::onednn
