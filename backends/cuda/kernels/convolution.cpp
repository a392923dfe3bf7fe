// Convolutions of images and their gradients by cuDNN, in float32 or 16 bits, with a bias and a rectifier where they are
// fused. cuDNN has the filters of a kernel outermost, so that kernels are turned into scratch memory before, and gradients
// of kernels back behind it. It pads both sides alike: what one side has more is padded, or cut off, in scratch memory.
// It reads and writes one dtype: wide kernels are rounded as they are turned, and so is a bias; a result that is to be
// wide is widened.
#include <algorithm>

#include "backends/cuda/casts.h"
#include "backends/cuda/elementwise.h"
#include "backends/cuda/fused.h"
#include "backends/cuda/shapes.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

// What a node's inputs and output are to the convolution.
struct Roles {
  Shape images, kernel, results;
};

ConvolutionKind kind_of(const Request& request) {
  if (request.op() == "conv2d_grad_input") return ConvolutionKind::to_images;
  if (request.op() == "conv2d_grad_kernel") return ConvolutionKind::to_kernel;
  return ConvolutionKind::forward;
}

Roles roles_of(const Request& request) {
  const Shape& first = request.input(0).shape;
  const Shape& second = request.input(1).shape;
  const Shape& out = request.output().shape;
  switch (kind_of(request)) {
    case ConvolutionKind::forward: return {first, second, out};
    case ConvolutionKind::to_images: return {out, second, first};
    case ConvolutionKind::to_kernel: return {first, out, second};
  }
  return {};
}

// A node as a convolution that cuDNN knows.
struct Work {
  Convolution convolution;
  Shape images;  // of the node
  Shape padded;  // as the convolution has them
  int64_t top = 0, left = 0;  // where the node's begin in these
  int64_t cells = 0, filters = 0;  // of the kernel: a matrix [cells, filters]

  bool pads() const { return padded != images; }
  bool turns() const { return cells > 1 && filters > 1; }  // else both orders are one
};

Work work_of(const Request& request) {
  const auto [images, kernel, results] = roles_of(request);
  const graph::Attributes& a = request.node.attributes;
  const std::vector<int64_t>& padding = a.integers("padding");  // top, bottom, left, right
  Work work;
  Convolution& c = work.convolution;
  c.kind = kind_of(request);
  c.dtype = request.input(0).dtype;
  c.padding = {std::min(padding[0], padding[1]), std::min(padding[2], padding[3])};
  work.images = images;
  work.padded = {images[0], images[1] + padding[0] + padding[1] - 2 * c.padding[0],
                 images[2] + padding[2] + padding[3] - 2 * c.padding[1], images[3]};
  work.top = padding[0] - c.padding[0];
  work.left = padding[2] - c.padding[1];
  c.n = images[0], c.h = work.padded[1], c.w = work.padded[2], c.c = images[3];
  c.kh = kernel[0], c.kw = kernel[1], c.depth = kernel[2], c.f = kernel[3];
  c.oh = results[1], c.ow = results[2];
  std::copy_n(a.integers("strides").begin(), 2, c.strides.begin());
  std::copy_n(a.integers("dilation").begin(), 2, c.dilation.begin());
  c.bias = request.node.inputs.size() > 2;
  c.relu = product_function(a).value_or(ProductFunction::none) == ProductFunction::relu;
  work.cells = c.kh * c.kw * c.depth;
  work.filters = c.f;
  return work;
}

Support accepts(const Request& request) {
  const Support support = accepts_floats(request);
  if (!support.yes) return support;
  const std::optional<ProductFunction> function = product_function(request.node.attributes);
  if (!function || *function == ProductFunction::gelu) return {false, "cuDNN does not compute this function"};
  std::string reason;
  const bool chosen = request.libraries.convolutions().choose(work_of(request).convolution, reason) != nullptr;
  return {chosen, reason};
}

// Between the node's images and the padded ones, and between the two orders of a kernel.
Move into_padded(const Work& work) {
  const std::vector<int64_t> to = strides_of(work.padded);
  return {work.images, strides_of(work.images), to, 0, work.top * to[1] + work.left * to[2]};
}
Move out_of_padded(const Work& work) {
  const Move back = into_padded(work);
  return {work.images, back.to, back.from, back.to_start, 0};
}
Move turned(int64_t rows, int64_t columns) { return {{columns, rows}, {1, columns}, {rows, 1}}; }

// What of a node is not as the library has it, and is brought into scratch memory or out of there.
struct Detours {
  bool images, kernel, results, bias;
};

Detours detours_of(const Request& request, const Work& work) {
  const DType dtype = work.convolution.dtype;
  const ConvolutionKind kind = work.convolution.kind;
  const DType kernel = kind == ConvolutionKind::to_kernel ? request.output().dtype : request.input(1).dtype;
  return {.images = work.pads(),
          .kernel = work.turns() || kernel != dtype,
          .results = kind == ConvolutionKind::forward && request.output().dtype != dtype,
          .bias = work.convolution.bias && request.input(2).dtype != dtype};
}

// Scratch memory: the library's, then what takes a detour.
struct Places {
  int64_t kernel = 0, images = 0, results = 0, bias = 0, end = 0;
};

Places places_of(const Work& work, const Detours& detours, int64_t workspace) {
  ScratchLayout scratch(workspace);
  const auto add = [&](bool wanted, int64_t elements) {
    return wanted ? scratch.add(elements * static_cast<int64_t>(byte_size(work.convolution.dtype))) : 0;
  };
  const Convolution& c = work.convolution;
  Places places;
  places.kernel = add(detours.kernel, work.cells * work.filters);
  places.images = add(detours.images, work.padded.elements());
  places.results = add(detours.results, c.n * c.oh * c.ow * c.f);
  places.bias = add(detours.bias, c.f);
  places.end = scratch.bytes();
  return places;
}

KernelInfo info_of(const Request& request, const Work& work, const Detours& detours, int64_t scratch) {
  const Convolution& c = work.convolution;
  const double flops = 2 * static_cast<double>(c.n * c.oh * c.ow) * static_cast<double>(work.cells * work.filters);
  KernelInfo info = own_info(request, flops);
  info.implementation = std::string("cudnn") + (c.bias ? "+bias" : "") + (c.relu ? "+relu" : "");
  info.narrow_products = c.dtype != DType::f32 || request.libraries.options().tensorfloat32;
  info.scratch_bytes = scratch;
  for (const bool detour : {detours.images, detours.kernel, detours.results, detours.bias})
    info.reorders += detour ? 1 : 0;
  return info;
}

using Bring = std::function<void(const void* from, void* to)>;

// Runs cuDNN's convolution on images, kernel and results as it wants them, bringing those of the node into this form
// before and back behind it.
class ConvolutionKernel final : public Kernel {
 public:
  ConvolutionKernel(const Request& request, const Work& work)
      : queue_(request.queue),
        convolutions_(request.libraries.convolutions()),
        work_(work),
        detours_(detours_of(request, work)) {
    std::string reason;
    choice_ = convolutions_.choose(work.convolution, reason);
    places_ = places_of(work, detours_, choice_->workspace);
    info_ = info_of(request, work, detours_, places_.end);
    const ConvolutionKind kind = work.convolution.kind;
    const DType dtype = work.convolution.dtype;
    if (detours_.images) {
      const Move move = kind == ConvolutionKind::to_images ? out_of_padded(work) : into_padded(work);
      bring_images_ = mover(request, move, dtype, dtype);
    }
    if (detours_.kernel) {
      bring_kernel_ = kind == ConvolutionKind::to_kernel
                          ? mover(request, turned(work.filters, work.cells), dtype, request.output().dtype)
                          : mover(request, turned(work.cells, work.filters), request.input(1).dtype, dtype);
    }
    if (detours_.results) widen_ = caster(request, dtype, request.output().dtype, request.output().elements());
    if (detours_.bias) round_bias_ = caster(request, request.input(2).dtype, dtype, work.convolution.f);
  }

  void run(const Arguments& a) override {
    const ConvolutionKind kind = work_.convolution.kind;
    void* const out = a.outputs[0];
    void* const node_images = kind == ConvolutionKind::to_images ? out : a.inputs[0];
    void* const node_kernel = kind == ConvolutionKind::to_kernel ? out : a.inputs[1];
    void* const node_results =
        kind == ConvolutionKind::forward ? out : a.inputs[kind == ConvolutionKind::to_images ? 0 : 1];
    void* const images = detours_.images ? in_scratch(a, places_.images) : node_images;
    void* const kernel = detours_.kernel ? in_scratch(a, places_.kernel) : node_kernel;
    void* const results = detours_.results ? in_scratch(a, places_.results) : node_results;
    if (detours_.images && kind != ConvolutionKind::to_images) {
      queue_.zero(images, work_.padded.elements() * static_cast<int64_t>(byte_size(work_.convolution.dtype)));
      bring_images_(node_images, images);
    }
    if (detours_.kernel && kind != ConvolutionKind::to_kernel) bring_kernel_(node_kernel, kernel);
    convolutions_.run(*choice_, images, kernel, results, bias(a), a.scratch);
    if (detours_.images && kind == ConvolutionKind::to_images) bring_images_(images, node_images);
    if (detours_.kernel && kind == ConvolutionKind::to_kernel) bring_kernel_(kernel, node_kernel);
    if (detours_.results) widen_(results, node_results);
  }

 private:
  const void* bias(const Arguments& a) const {
    if (!work_.convolution.bias) return nullptr;
    if (!detours_.bias) return a.inputs[2];
    void* const place = in_scratch(a, places_.bias);
    round_bias_(a.inputs[2], place);
    return place;
  }

  Queue& queue_;
  Convolutions& convolutions_;
  Work work_;
  Detours detours_;
  const CudnnPlan* choice_ = nullptr;
  Places places_;
  Bring bring_images_, bring_kernel_, widen_, round_bias_;
};

std::unique_ptr<Kernel> make(const Request& request) {
  return std::make_unique<ConvolutionKernel>(request, work_of(request));
}

}  // namespace

void register_convolution(KernelRegistry& registry) {
  for (const char* op : {"conv2d", "fused_conv2d", "conv2d_grad_input", "conv2d_grad_kernel"})
    registry.add(op, {accepts, make});
}

}  // namespace dltrain::backends::cuda
