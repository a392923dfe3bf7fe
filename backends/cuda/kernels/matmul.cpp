// Matrix products by cuBLASLt, in float32 or float64, with a bias and a function of the result where they are fused.
// Leading axes that count through both sides alike are one batch; others are products one after the other.
#include <algorithm>
#include <bit>

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

// The largest power of two that all addresses are multiples of: values are aligned, starts within them perhaps less.
int64_t alignment_of(const std::vector<Work::Start>& starts, int64_t element) {
  int64_t alignment = graph::alignment;
  for (const Work::Start& start : starts) {
    for (const int64_t place : {start.x, start.y, start.z}) {
      if (place != 0) alignment = std::min(alignment, int64_t{1} << std::countr_zero(to_size(place * element)));
    }
  }
  return alignment;
}

Work work_of(const Request& request) {
  const Shape& x = request.input(0).shape;
  const Shape& z = request.output().shape;
  Work work;
  Product& p = work.product;
  p.dtype = request.output().dtype;
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
  p.alignment = alignment_of(work.starts, static_cast<int64_t>(byte_size(p.dtype)));
  return work;
}

Support accepts(const Request& request) {
  const DType dtype = request.output().dtype;
  const auto same = [&](graph::Value input) { return request.graph.type(input).dtype == dtype; };
  const bool fits = (dtype == DType::f32 || dtype == DType::f64) &&
                    std::all_of(request.node.inputs.begin(), request.node.inputs.end(), same);
  if (!fits) return {false, "CUDA multiplies matrices in float32 or float64 (was " + request.output().text() + ")"};
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

std::unique_ptr<Kernel> make(const Request& request) {
  const Work work = work_of(request);
  const Product& p = work.product;
  Products& products = request.libraries.products();
  std::string reason;
  const Products::Choice* choice = products.choose(p, reason);
  const auto all = static_cast<double>(work.starts.size()) * static_cast<double>(p.batch);
  KernelInfo info =
      own_info(request, 2 * all * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k));
  info.implementation = name_of(p);
  info.narrow_products = request.libraries.options().tensorfloat32 && p.dtype == DType::f32;
  info.scratch_bytes = Products::scratch_bytes(*choice);
  return make_function_kernel(
      std::move(info), [&products, choice, starts = work.starts, element = static_cast<int64_t>(byte_size(p.dtype)),
                        bias = p.bias](const Arguments& a) {
        for (const Work::Start& start : starts) {
          products.run(*choice, input<std::byte>(a, 0) + start.x * element, input<std::byte>(a, 1) + start.y * element,
                       bias ? a.inputs[2] : nullptr, output<std::byte>(a) + start.z * element, a.scratch);
        }
      });
}

}  // namespace

void register_matmul(KernelRegistry& registry) {
  for (const char* op : {"matmul", "fused_matmul"}) registry.add(op, {accepts, make});
}

}  // namespace dltrain::backends::cuda
