// Convolutions of two images whose channels are joined, part by part: the second part's result is added to the first's,
// and gradients are written where they belong, so that nobody joins or divides images. Kernels are read through private
// copies of their parts.
#include <dnnl.hpp>

#include <algorithm>

#include "backends/onednn/convolution.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/kernel_gradient.h"
#include "backends/onednn/post_ops.h"
#include "backends/onednn/primitive.h"
#include "core/checked.h"
#include "core/diagnostic.h"

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

// The channels of a kernel [kh, kw, C, F] from `begin` on.
struct KernelPart {
  Shape shape;
  memory::desc desc;  // in the whole kernel
};

KernelPart part_of_kernel(const Shape& kernel, int64_t begin, int64_t channels) {
  const memory::desc whole({kernel[3], kernel[2], kernel[0], kernel[1]}, memory::data_type::f32,
                           memory::format_tag::hwio);
  return {{kernel[0], kernel[1], channels, kernel[3]},
          whole.submemory_desc({kernel[3], channels, kernel[0], kernel[1]}, {0, begin, 0, 0})};
}

class JoinedConvolution : public LibraryKernel {
 protected:
  // Another part of the kernel, input number `input`, in the layout `wanted`; the number of its private copy.
  void add_copy(const Request& request, int input, int64_t begin, const memory::desc& part,
                const memory::desc& wanted) {
    copies_.push_back({make_reorder(part, wanted), info_.packed_bytes});
    if (!copies_.back().reorder) throw Bug("a part of a kernel is laid out like the whole");
    const auto bytes = static_cast<int64_t>(wanted.get_size());
    info_.packed_bytes = checked_add(info_.packed_bytes, divide_up(bytes, 64) * 64);
    info_.packed_inputs = {input};
    const std::string text = layout_text(part, wanted);
    const bool is_known = !text.empty() && (copies_.size() == 1 || !info_.packed_layout.empty());
    info_.packed_layout = is_known ? info_.packed_layout + "from " + std::to_string(begin) + " " + text : "";
    const StateUse use = state_use(request.graph, request.node.inputs[to_size(input)]);
    if (!use.is_state || use.changes) ++info_.reorders;
  }
  void* copy(const Arguments& a, size_t number) const {
    return static_cast<std::byte*>(a.packed) + copies_[number].offset;
  }
  void fill_packed(const Arguments& a) override {
    for (size_t i = 0; i < copies_.size(); ++i)
      copies_[i].reorder.run(std::array{a.inputs[to_size(info_.packed_inputs[0])], copy(a, i)});
  }

 private:
  struct Copy {
    Primitive reorder;
    int64_t offset;
  };
  std::vector<Copy> copies_;
};

// What one of the two parts of the image adds to the result; the first brings the bias.
struct ForwardPart {
  ForwardPart(const Request& request, size_t number)
      : begin(number == 0 ? 0 : request.input(0).shape[3]),
        kernel(part_of_kernel(request.input(2).shape, begin, request.input(number).shape[3])),
        window(window_of(request.node.attributes, {DType::f32, request.input(number).shape}, {DType::f32, kernel.shape},
                         request.output())),
        biased(number == 0 && request.node.inputs.size() > 3),
        attributes(number == 0 ? user_scratchpad() : with_post_ops(request.node.attributes, /*accumulate=*/true)) {}

  int64_t begin;  // channel
  KernelPart kernel;
  Window window;
  bool biased;
  dnnl::primitive_attr attributes;
};

double forward_flops(const Request& request) {
  const Shape& kernel = request.input(2).shape;
  return 2.0 * static_cast<double>(request.output().elements()) *
         static_cast<double>(kernel[0] * kernel[1] * kernel[2]);
}

// inputs x, x2, kernel (, bias).
class JoinedForward final : public JoinedConvolution {
 public:
  explicit JoinedForward(const Request& request) : has_bias_(request.node.inputs.size() > 3) {
    begin(request, forward_flops(request));
    for (size_t i = 0; i < 2; ++i) {
      const ForwardPart part(request, i);
      const Window& w = part.window;
      const auto desc = forward_desc(w, part.biased, part.attributes, request.implementation);
      std::vector<Primitive::Argument> arguments = {{DNNL_ARG_SRC, w.x},
                                                    {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                    {DNNL_ARG_DST, w.y},
                                                    {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}};
      if (part.biased) arguments.push_back({DNNL_ARG_BIAS, w.bias});
      primitives_[i] = Primitive(dnnl::convolution_forward(desc), arguments);
      add_copy(request, 2, part.begin, part.kernel.desc, desc.weights_desc());
      scratch_[i] = reserve(desc.scratchpad_desc().get_size());
      info_.implementation = "two of " + std::string(desc.impl_info_str());
    }
  }

 private:
  void execute(const Arguments& a) override {
    for (size_t i = 0; i < 2; ++i) {
      const bool biased = i == 0 && has_bias_;
      const std::array<void*, 5> addresses = {a.inputs[i], copy(a, i), a.outputs[0], scratch(a, scratch_[i]),
                                              biased ? a.inputs[3] : nullptr};
      primitives_[i].run(std::span(addresses).first(biased ? 5 : 4));
    }
  }

  bool has_bias_;
  std::array<Primitive, 2> primitives_;
  std::array<int64_t, 2> scratch_ = {};
};

KernelPart part_of_gradient(const Request& request) {
  const graph::Attributes& attributes = request.node.attributes;
  return part_of_kernel(request.input(1).shape, attributes.integer("begin"), attributes.integer("channels"));
}

Window gradient_window(const Request& request, const KernelPart& part) {
  return window_of(request.node.attributes, request.output(), {DType::f32, part.shape}, request.input(0));
}

// inputs dy, kernel; the gradient of some channels of the image.
class JoinedGradInput final : public JoinedConvolution {
 public:
  explicit JoinedGradInput(const Request& request) {
    const int64_t first = request.node.attributes.integer("begin");
    const KernelPart part = part_of_gradient(request);
    const Window w = gradient_window(request, part);
    begin(request, w.flops);
    const auto desc = backward_desc(w, user_scratchpad(), request.implementation);
    primitive_ = Primitive(dnnl::convolution_backward_data(desc), {{DNNL_ARG_DIFF_DST, w.y},
                                                                   {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                                   {DNNL_ARG_DIFF_SRC, w.x},
                                                                   {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
    add_copy(request, 1, first, part.desc, desc.weights_desc());
    reserve(desc.scratchpad_desc().get_size());
    info_.implementation = desc.impl_info_str();
  }

 private:
  void execute(const Arguments& a) override {
    primitive_.run(std::array{a.inputs[0], copy(a, 0), a.outputs[0], a.scratch});
  }

  Primitive primitive_;
};

Support accepts(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  if (request.node.attributes.integer("groups") != 1) return {false, "it is for one group"};
  if (!fits_post_ops(request.node.attributes))
    return {false, "the library does not compute this function behind a convolution"};
  return {};
}

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

// Where the rule takes two different ones for the parts, or one has what the other has not, nothing is chosen.
std::vector<std::string> names_of_forward(const Request& request) {
  if (!accepts(request).yes) return {};
  use_threads_for(request, forward_flops(request));
  const ForwardPart first(request, 0), second(request, 1);
  std::vector<std::string> names = forward_names(first.window, first.biased, first.attributes);
  const std::vector<std::string> others = forward_names(second.window, second.biased, second.attributes);
  if (names.front() != others.front()) return {};
  std::erase_if(names, [&](const auto& name) { return std::find(others.begin(), others.end(), name) == others.end(); });
  return names;
}

std::vector<std::string> names_of_grad_input(const Request& request) {
  if (!accepts(request).yes) return {};
  const Window w = gradient_window(request, part_of_gradient(request));
  use_threads_for(request, w.flops);
  return backward_names(w, user_scratchpad());
}

}  // namespace

void register_joined(KernelRegistry& registry) {
  registry.add("joined_conv2d", {accepts, make<JoinedForward>, names_of_forward});
  registry.add("joined_conv2d_grad_input", {accepts, make<JoinedGradInput>, names_of_grad_input});
  registry.add("joined_conv2d_grad_kernel", {accepts_kernel_gradient, make_kernel_gradient});
}

}  // namespace dltrain::backends::onednn
