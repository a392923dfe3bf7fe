// Functions over the last axis, a block for each row: softmax and cross-entropies in float32, layer normalization.
#include <algorithm>

#include "backends/cuda/device/rows_parameters.h"
#include "backends/cuda/kernel.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

struct RowShape {
  uint32_t rows, columns;
  Grid grid;
};

RowShape rows_of(const Shape& shape) {
  const int64_t columns = shape.back();
  const int64_t rows = shape.slice(0, shape.rank() - 1).elements();
  const auto threads = static_cast<int>(std::clamp<int64_t>(divide_up(columns, 128) * 32, 32, 256));
  return {static_cast<uint32_t>(rows), static_cast<uint32_t>(columns), {rows, threads}};
}

double flops_of(const Request& request) { return 10 * static_cast<double>(request.input(0).elements()); }

// Where the parameters of an op come from: numbers of inputs, -1 for none.
struct Operands {
  int x = 0, y = -1, flow = -1, labels = -1;
};

template <class T> const T* maybe(const Arguments& a, int number) {
  return number < 0 ? nullptr : input<T>(a, static_cast<size_t>(number));
}

std::unique_ptr<Kernel> make_rows(const Request& request, const std::string& name, const Operands& from) {
  const RowShape shape = rows_of(request.input(0).shape);
  return launch_kernel<device::RowsParameters>(request, own_info(request, flops_of(request)), {"rows", name},
                                               shape.grid, [shape, from](const Arguments& a) {
                                                 return device::RowsParameters{maybe<float>(a, from.x),
                                                                               maybe<float>(a, from.y),
                                                                               maybe<float>(a, from.flow),
                                                                               maybe<void>(a, from.labels),
                                                                               output<float>(a),
                                                                               shape.rows,
                                                                               shape.columns};
                                               });
}

Support accepts(const Request& request) { return only_float32(request); }

Support accepts_sparse(const Request& request) {
  const Support support = only_float32(request, 1);
  const DType labels = request.input(1).dtype;
  const bool known = labels == DType::i32 || labels == DType::i64 || labels == DType::u8;
  if (!support.yes || known) return support;
  return {false, "its CUDA kernel reads labels of type int32, int64 or uint8 (were " + request.input(1).text() + ")"};
}

std::unique_ptr<Kernel> make_softmax(const Request& request) { return make_rows(request, request.op(), {}); }
std::unique_ptr<Kernel> make_softmax_grad(const Request& request) {
  return make_rows(request, request.op(), {.x = 0, .y = 1});
}
std::unique_ptr<Kernel> make_sparse(const Request& request) {
  return make_rows(request, request.op() + "_" + suffix_of(request.input(1).dtype), {.x = 0, .labels = 1});
}
std::unique_ptr<Kernel> make_sparse_grad(const Request& request) {
  return make_rows(request, request.op() + "_" + suffix_of(request.input(1).dtype), {.x = 0, .flow = 2, .labels = 1});
}
std::unique_ptr<Kernel> make_cross_entropy_grad(const Request& request) {
  return make_rows(request, request.op(), {.x = 0, .y = 1, .flow = 2});
}

// With a residual behind x where it is fused.
std::unique_ptr<Kernel> make_layer_norm(const Request& request) {
  const RowShape shape = rows_of(request.input(0).shape);
  const auto epsilon = static_cast<float>(request.node.attributes.real("epsilon"));
  const bool fused = request.op() == "fused_layer_norm";
  return launch_kernel<device::LayerNormParameters>(
      request, own_info(request, flops_of(request)), {"rows", with_dtype(request, "layer_norm")}, shape.grid,
      [shape, epsilon, fused](const Arguments& a) {
        return device::LayerNormParameters{.x = a.inputs[0],
                                           .residual = fused ? a.inputs[1] : nullptr,
                                           .sum = fused ? a.outputs[3] : nullptr,
                                           .gamma = input<float>(a, fused ? 2 : 1),
                                           .beta = input<float>(a, fused ? 3 : 2),
                                           .out = a.outputs[0],
                                           .mean = output<float>(a, 1),
                                           .inverse = output<float>(a, 2),
                                           .rows = shape.rows,
                                           .columns = shape.columns,
                                           .epsilon = epsilon};
      });
}

}  // namespace

void register_rows(KernelRegistry& registry) {
  for (const char* op : {"softmax", "log_softmax"}) registry.add(op, {accepts, make_softmax});
  for (const char* op : {"softmax_grad", "log_softmax_grad", "softmax_cross_entropy"})
    registry.add(op, {accepts, make_softmax_grad});
  registry.add("sparse_softmax_cross_entropy", {accepts_sparse, make_sparse});
  registry.add("sparse_softmax_cross_entropy_grad", {accepts_sparse, make_sparse_grad});
  registry.add("softmax_cross_entropy_grad", {accepts, make_cross_entropy_grad});
  for (const char* op : {"layer_norm", "fused_layer_norm"}) registry.add(op, {accepts_floats, make_layer_norm});
}

}  // namespace dltrain::backends::cuda
