// Matrix products by cuBLASLt, in float32, float64 or 16 bits, with a bias and a function of the result where they are
// fused. Leading axes that count through both sides alike are one batch; others are products one after the other. A
// second side that is wide is rounded into scratch memory before, and a bias brought to the dtype of the result.
#include <algorithm>
#include <array>
#include <bit>

#include "backends/cuda/casts.h"
#include "backends/cuda/elementwise.h"
#include "backends/cuda/fused.h"
#include "core/checked.h"
#include "graph/memory_plan.h"

namespace dltrain::backends::cuda {

namespace {

// A node as products of one kind, which begin at these places of x, y and z (in elements).
struct Work {
  Product product;
  struct Start {
    int64_t x, y, z;
  };
  std::vector<Start> starts;
};

// Strides of both sides along the leading axes, as elements.
std::vector<Axis> leading_axes(const Request& request) {
  const auto leading = [](const Shape& shape) { return shape.slice(0, shape.rank() - 2); };
  const Shape batch = leading(request.output().shape);
  std::vector<std::vector<int64_t>> strides;
  for (size_t i = 0; i < 2; ++i) {
    const Shape& shape = request.input(i).shape;
    strides.push_back(broadcast_strides(leading(shape), batch));
    for (int64_t& stride : strides.back()) stride *= shape.back() * shape[shape.rank() - 2];
  }
  return merged_axes(batch, strides);
}

// The innermost axis is more rows of x where all its matrices meet the same y, and else a batch.
void take_innermost(std::vector<Axis>& axes, Product& p) {
  if (axes.empty()) return;
  const Axis axis = axes.back();
  axes.pop_back();
  if (axis.strides[1] == 0 && !p.transpose_x && axis.strides[0] == p.m * p.k) {
    p.m = checked_multiply(p.m, axis.size);
    return;
  }
  p.batch = axis.size;
  p.x_stride = axis.strides[0];
  p.y_stride = axis.strides[1];
}

std::vector<Work::Start> starts_of(const std::vector<Axis>& axes, int64_t z_step) {
  std::vector<Work::Start> starts = {{0, 0, 0}};
  for (const Axis& axis : axes) {
    std::vector<Work::Start> finer;
    for (const Work::Start& start : starts) {
      for (int64_t i = 0; i < axis.size; ++i)
        finer.push_back({start.x + i * axis.strides[0], start.y + i * axis.strides[1], 0});
    }
    starts = std::move(finer);
  }
  for (size_t i = 0; i < starts.size(); ++i) starts[i].z = static_cast<int64_t>(i) * z_step;
  return starts;
}

int64_t bytes_of(DType dtype) { return static_cast<int64_t>(byte_size(dtype)); }

// The largest power of two that all addresses are multiples of: values are aligned, starts within them perhaps less.
int64_t alignment_of(const std::vector<Work::Start>& starts, const Product& p) {
  int64_t alignment = graph::alignment;
  const int64_t read = bytes_of(p.dtype);
  for (const Work::Start& start : starts) {
    for (const int64_t place : {start.x * read, start.y * read, start.z * bytes_of(p.result)}) {
      if (place != 0) alignment = std::min(alignment, int64_t{1} << std::countr_zero(to_size(place)));
    }
  }
  return alignment;
}

Work work_of(const Request& request) {
  const Shape& x = request.input(0).shape;
  const Shape& z = request.output().shape;
  Work work;
  Product& p = work.product;
  p.dtype = request.input(0).dtype;
  p.result = request.output().dtype;
  p.transpose_x = request.node.attributes.get<bool>("transpose_x");
  p.transpose_y = request.node.attributes.get<bool>("transpose_y");
  p.m = z[z.rank() - 2];
  p.n = z.back();
  p.k = p.transpose_x ? x[x.rank() - 2] : x.back();
  p.bias = request.node.inputs.size() > 2;
  p.function = product_function(request.node.attributes).value_or(ProductFunction::none);
  std::vector<Axis> axes = leading_axes(request);
  take_innermost(axes, p);
  work.starts = starts_of(axes, checked_multiply(p.batch, checked_multiply(p.m, p.n)));
  p.alignment = alignment_of(work.starts, p);
  return work;
}

Support accepts(const Request& request) {
  const DType dtype = request.input(0).dtype;
  if (!has_float_kernels(dtype) && dtype != DType::f64)
    return {false,
            "CUDA multiplies matrices in float32, float64, bfloat16 or float16 (was " + request.input(0).text() + ")"};
  if (!product_function(request.node.attributes)) return {false, "cuBLASLt does not compute this function"};
  std::string reason;
  const bool chosen = request.libraries.products().choose(work_of(request).product, reason) != nullptr;
  return {chosen, reason};
}

std::string name_of(const Product& p) {
  const char* function = p.function == ProductFunction::relu   ? "+relu"
                         : p.function == ProductFunction::gelu ? "+gelu"
                                                               : "";
  return std::string("cublaslt") + (p.bias ? "+bias" : "") + function;
}

// An input that is not as the library needs it: its place in scratch memory, and how it comes there.
struct Staged {
  size_t input;
  int64_t offset;
  std::function<void(const void* from, void* to)> bring;
};

class ProductKernel final : public Kernel {
 public:
  explicit ProductKernel(const Request& request) : products_(request.libraries.products()), work_(work_of(request)) {
    const Product& p = work_.product;
    std::string reason;
    choice_ = products_.choose(p, reason);
    ScratchLayout scratch(Products::scratch_bytes(*choice_));
    stage(request, 1, p.dtype, scratch);
    if (p.bias) stage(request, 2, p.result, scratch);
    const auto all = static_cast<double>(work_.starts.size()) * static_cast<double>(p.batch);
    info_ = own_info(request, 2 * all * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k));
    info_.implementation = name_of(p);
    info_.narrow_products =
        byte_size(p.dtype) == 2 || (request.libraries.options().tensorfloat32 && p.dtype == DType::f32);
    info_.scratch_bytes = scratch.bytes();
    info_.reorders = static_cast<int>(staged_.size());
  }

  void run(const Arguments& a) override {
    std::array<const void*, 3> inputs = {a.inputs[0], a.inputs[1], work_.product.bias ? a.inputs[2] : nullptr};
    for (const Staged& staged : staged_) {
      void* const place = in_scratch(a, staged.offset);
      staged.bring(inputs[staged.input], place);
      inputs[staged.input] = place;
    }
    const int64_t read = bytes_of(work_.product.dtype);
    for (const Work::Start& start : work_.starts) {
      products_.run(*choice_, at(inputs[0], start.x * read), at(inputs[1], start.y * read), inputs[2],
                    output<std::byte>(a) + start.z * bytes_of(work_.product.result), a.scratch);
    }
  }

 private:
  static const void* at(const void* start, int64_t offset) { return static_cast<const std::byte*>(start) + offset; }

  void stage(const Request& request, size_t input, DType wanted, ScratchLayout& scratch) {
    const graph::ValueType& type = request.input(input);
    if (type.dtype == wanted) return;
    const int64_t offset = scratch.add(checked_multiply(type.elements(), bytes_of(wanted)));
    staged_.push_back({input, offset, caster(request, type.dtype, wanted, type.elements())});
  }

  Products& products_;
  Work work_;
  const Products::Choice* choice_ = nullptr;
  std::vector<Staged> staged_;
};

std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<ProductKernel>(request); }

}  // namespace

void register_matmul(KernelRegistry& registry) {
  for (const char* op : {"matmul", "fused_matmul"}) registry.add(op, {accepts, make});
}

}  // namespace dltrain::backends::cuda
