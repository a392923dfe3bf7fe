// Convolutions whose normalization is in their kernel: with s = gamma / sqrt(variance + epsilon) the kernel becomes
// kernel s, and beta + (bias - mean) s the bias. Both are made when a state has changed and kept as a packed copy, so
// that a prediction passes over the image once.
#include <dnnl.hpp>

#include <cmath>
#include <cstring>

#include "backends/onednn/convolution.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/post_ops.h"
#include "backends/onednn/primitive.h"
#include "core/checked.h"
#include "graph/memory_plan.h"

namespace dltrain::backends::onednn {

namespace {

// Where the inputs are: x, kernel, gamma, beta, mean, variance (, bias) (, residual).
struct Inputs {
  explicit Inputs(const graph::Node& node)
      : bias(node.attributes.get<bool>("bias") ? 6 : 0),
        residual(node.inputs.size() > (bias != 0 ? 7U : 6U) ? node.inputs.size() - 1 : 0) {}

  size_t bias;      // 0: none
  size_t residual;  // 0: none
};

Window window_of(const Request& request) {
  return onednn::window_of(request.node.attributes, request.input(0), request.input(1), request.output());
}

dnnl::primitive_attr post_ops_of(const Request& request) {
  return with_post_ops(request.node.attributes, Inputs(request.node).residual != 0);
}

class NormalizedConvolution final : public LibraryKernel {
 public:
  explicit NormalizedConvolution(const Request& request)
      : inputs_(request.node),
        epsilon_(request.node.attributes.real("epsilon")),
        channels_(request.output().shape.back()),
        kernel_elements_(request.input(1).shape.elements()),
        residual_bytes_(static_cast<size_t>(request.output().bytes())) {
    const Window w = window_of(request);
    begin(request, w.flops);
    const auto desc = forward_desc(w, true, post_ops_of(request), request.implementation);
    primitive_ = Primitive(dnnl::convolution_forward(desc), {{DNNL_ARG_SRC, w.x},
                                                             {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                             {DNNL_ARG_BIAS, w.bias},
                                                             {DNNL_ARG_DST, w.y},
                                                             {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
    if (inputs_.residual != 0) info_.in_place = {{static_cast<int>(inputs_.residual), 0}};
    info_.implementation = desc.impl_info_str();
    reserve(desc.scratchpad_desc().get_size());
    reorder_ = make_reorder(w.kernel, desc.weights_desc());
    describe_packed(w.kernel, desc.weights_desc());
  }

 private:
  void describe_packed(const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted) {
    if (reorder_) scaled_ = reserve(plain.get_size());
    offsets_ = divide_up(static_cast<int64_t>(wanted.get_size()), graph::alignment) * graph::alignment;
    info_.packed_bytes = offsets_ + channels_ * static_cast<int64_t>(sizeof(float));
    info_.packed_inputs = {1, 2, 3, 4, 5};
    if (inputs_.bias != 0) info_.packed_inputs.push_back(static_cast<int>(inputs_.bias));
    const std::string layout = layout_text(plain, wanted);
    if (!layout.empty()) info_.packed_layout = "normalized, epsilon " + std::to_string(epsilon_) + "\n" + layout;
  }

  void fill_packed(const Arguments& a) override {
    auto* kernel = static_cast<float*>(reorder_ ? scratch(a, scaled_) : a.packed);
    std::vector<float> scales(static_cast<size_t>(channels_));
    float* offsets = offsets_of(a);
    for (int64_t c = 0; c < channels_; ++c) {
      const double scale = input<float>(a, 2)[c] / std::sqrt(input<float>(a, 5)[c] + epsilon_);
      const double bias = inputs_.bias == 0 ? 0.0 : input<float>(a, inputs_.bias)[c];
      offsets[c] = static_cast<float>(input<float>(a, 3)[c] + (bias - input<float>(a, 4)[c]) * scale);
      scales[static_cast<size_t>(c)] = static_cast<float>(scale);
    }
    for (int64_t i = 0; i < kernel_elements_; ++i)
      kernel[i] = input<float>(a, 1)[i] * scales[static_cast<size_t>(i % channels_)];
    if (reorder_) reorder_.run(std::array<void*, 2>{kernel, a.packed});
  }

  void execute(const Arguments& a) override {
    // The library adds to what stands in the output; the plan mostly lets it stand there already.
    if (inputs_.residual != 0 && a.inputs[inputs_.residual] != a.outputs[0])
      std::memcpy(a.outputs[0], a.inputs[inputs_.residual], residual_bytes_);
    primitive_.run(std::array{a.inputs[0], a.packed, static_cast<void*>(offsets_of(a)), a.outputs[0], a.scratch});
  }

  float* offsets_of(const Arguments& a) const {
    return reinterpret_cast<float*>(static_cast<std::byte*>(a.packed) + offsets_);
  }

  Inputs inputs_;
  double epsilon_;
  int64_t channels_, kernel_elements_;
  size_t residual_bytes_;
  int64_t scaled_ = 0;   // in scratch memory: the kernel before it is brought into the library's layout
  int64_t offsets_ = 0;  // in the packed copy: the bias behind the kernel
  Primitive primitive_;
  Primitive reorder_;
};

Support accepts(const Request& request) {
  if (const Support support = only_real(request); !support.yes) return support;
  const size_t bias = Inputs(request.node).bias;
  if (request.input(1).dtype != DType::f32 || (bias != 0 && request.input(bias).dtype != DType::f32))
    return {false, "it folds float32 kernels"};
  if (!fits_post_ops(request.node.attributes))
    return {false, "the library does not compute this function behind a convolution"};
  return {};
}

std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<NormalizedConvolution>(request); }

std::vector<std::string> names(const Request& request) {
  if (!accepts(request).yes) return {};
  const Window w = window_of(request);
  use_threads_for(request, w.flops);
  return forward_names(w, true, post_ops_of(request));
}

}  // namespace

void register_convolution_norm(KernelRegistry& registry) { registry.add("fused_conv2d_norm", {accepts, make, names}); }

}  // namespace dltrain::backends::onednn
