// Convolutions of images and their gradients by cuDNN, in float32, with a bias and a rectifier where they are fused.
// cuDNN has the filters of a kernel outermost, so that kernels are turned into scratch memory before, and gradients of
// kernels back behind it. It pads both sides alike: what one side has more is padded, or cut off, in scratch memory.
#include <algorithm>

#include "backends/cuda/elementwise.h"
#include "backends/cuda/fused.h"
#include "backends/cuda/shapes.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t alignment = 256;

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
  Shape images;                 // of the node
  Shape padded;                 // as the convolution has them
  int64_t top = 0, left = 0;    // where the node's begin in these
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
  const Support support = only_float32(request);
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

// Scratch memory: the library's, the kernel in its order, padded images.
struct Places {
  int64_t kernel = 0, images = 0, end = 0;
};

Places places_of(const Work& work, int64_t workspace) {
  const auto behind = [](int64_t start, int64_t elements) {
    return checked_add(start, divide_up(elements * int64_t{sizeof(float)}, alignment) * alignment);
  };
  Places places;
  places.kernel = divide_up(workspace, alignment) * alignment;
  places.images = behind(places.kernel, work.turns() ? work.cells * work.filters : 0);
  places.end = behind(places.images, work.pads() ? work.padded.elements() : 0);
  return places;
}

KernelInfo info_of(const Request& request, const Work& work, int64_t scratch) {
  const Convolution& c = work.convolution;
  const double flops = 2 * static_cast<double>(c.n * c.oh * c.ow) * static_cast<double>(work.cells * work.filters);
  KernelInfo info = own_info(request, flops);
  info.implementation = std::string("cudnn") + (c.bias ? "+bias" : "") + (c.relu ? "+relu" : "");
  info.narrow_products = request.libraries.options().tensorfloat32;
  info.scratch_bytes = scratch;
  info.reorders = (work.turns() ? 1 : 0) + (work.pads() ? 1 : 0);
  return info;
}

// Runs cuDNN's convolution on images, kernel and results as it wants them; `before` and `after` bring those of the node
// into this form and back.
class ConvolutionKernel final : public Kernel {
 public:
  ConvolutionKernel(const Request& request, const Work& work)
      : queue_(request.queue), convolutions_(request.libraries.convolutions()), work_(work) {
    std::string reason;
    choice_ = convolutions_.choose(work.convolution, reason);
    places_ = places_of(work, choice_->workspace);
    info_ = info_of(request, work, places_.end);
    const ConvolutionKind kind = work.convolution.kind;
    if (work.pads())
      move_images_ = mover(request, kind == ConvolutionKind::to_images ? out_of_padded(work) : into_padded(work));
    if (work.turns())
      turn_ = mover(request, kind == ConvolutionKind::to_kernel ? turned(work.filters, work.cells)
                                                                : turned(work.cells, work.filters));
  }

  void run(const Arguments& a) override {
    const ConvolutionKind kind = work_.convolution.kind;
    void* const out = a.outputs[0];
    void* images = kind == ConvolutionKind::to_images ? out : a.inputs[0];
    void* kernel = kind == ConvolutionKind::to_kernel ? out : a.inputs[1];
    void* results = kind == ConvolutionKind::forward ? out : a.inputs[kind == ConvolutionKind::to_images ? 0 : 1];
    void* const node_images = images;
    void* const node_kernel = kernel;
    if (work_.pads()) images = place(a, places_.images);
    if (work_.turns()) kernel = place(a, places_.kernel);
    if (work_.pads() && kind != ConvolutionKind::to_images) {
      queue_.zero(images, work_.padded.elements() * int64_t{sizeof(float)});
      move_images_(node_images, images);
    }
    if (work_.turns() && kind != ConvolutionKind::to_kernel) turn_(node_kernel, kernel);
    convolutions_.run(*choice_, images, kernel, results, work_.convolution.bias ? a.inputs[2] : nullptr, a.scratch);
    if (work_.pads() && kind == ConvolutionKind::to_images) move_images_(images, node_images);
    if (work_.turns() && kind == ConvolutionKind::to_kernel) turn_(kernel, node_kernel);
  }

 private:
  static void* place(const Arguments& a, int64_t offset) { return static_cast<std::byte*>(a.scratch) + offset; }

  Queue& queue_;
  Convolutions& convolutions_;
  Work work_;
  const ConvolutionPlan* choice_ = nullptr;
  Places places_;
  std::function<void(const void* from, void* to)> move_images_, turn_;
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
