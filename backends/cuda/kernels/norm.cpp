// Batch normalization and the gradient of layer normalization, computed in float32: sums down the columns first, then one pass.
// What an output that nobody reads would hold is computed into scratch memory where the pass needs it.
#include <algorithm>

#include "backends/cuda/columns.h"
#include "backends/cuda/device/norm_parameters.h"
#include "backends/cuda/device/rows_parameters.h"
#include "backends/cuda/kernel.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

struct Sizes {
  int64_t rows, columns;
};

Sizes sizes_of(const Request& request) {
  const Shape& shape = request.input(0).shape;
  return {shape.slice(0, shape.rank() - 1).elements(), shape.back()};
}

// Scratch memory: sums of the columns in parts, then a few vectors [columns].
int64_t scratch_for(int64_t sums, int64_t columns, int64_t vectors) {
  return checked_add(sums, checked_multiply(checked_multiply(columns, vectors), sizeof(float)));
}
float* vector_in(const Arguments& a, int64_t sums, int64_t columns, int64_t number) {
  return reinterpret_cast<float*>(static_cast<std::byte*>(a.scratch) + sums) + number * columns;
}

KernelInfo info_of(const Request& request, const std::string& name, int64_t scratch) {
  KernelInfo info = own_info(request, 10 * static_cast<double>(request.input(0).elements()));
  info.implementation = "norm:" + with_dtype(request, name);
  info.scratch_bytes = scratch;
  return info;
}

std::unique_ptr<Kernel> make_batch_norm(const Request& request) {
  const auto [rows, columns] = sizes_of(request);
  Queue* queue = &request.queue;
  const Columns sum(*queue, with_dtype(request, "columns_from_first"), rows, columns);
  const Columns spread(*queue, with_dtype(request, "columns_spread"), rows, columns);
  const int64_t sums = sum.scratch_bytes();
  CUkernel kernel = queue->kernel({"norm", with_dtype(request, "batch_norm")});
  const int64_t count = checked_multiply(rows, columns);
  const Grid grid = grid_for(request, count);
  const auto epsilon = static_cast<float>(request.node.attributes.real("epsilon"));
  const float share = 1 / static_cast<float>(rows);
  return make_function_kernel(
      info_of(request, "batch_norm", scratch_for(sums, columns, 2)), [=, columns = columns](const Arguments& a) {
        const void* x = a.inputs[0];
        float* shift = vector_in(a, sums, columns, 0);
        float* variance = a.outputs[2] != nullptr ? output<float>(a, 2) : vector_in(a, sums, columns, 1);
        sum.run({.x = x, .factor = share}, shift, a.scratch);
        spread.run({.x = x, .factor = share, .mean = shift}, variance, a.scratch);
        const device::BatchNormParameters p{.x = x,
                                            .gamma = input<float>(a, 1),
                                            .beta = input<float>(a, 2),
                                            .shift = shift,
                                            .mean = nullptr,
                                            .variance = variance,
                                            .out = a.outputs[0],
                                            .new_mean = output<float>(a, 1),
                                            .inverse = output<float>(a, 3),
                                            .count = static_cast<uint32_t>(count),
                                            .columns = static_cast<uint32_t>(columns),
                                            .epsilon = epsilon};
        queue->launch(kernel, grid, &p);
      });
}

std::unique_ptr<Kernel> make_inference(const Request& request) {
  const auto [rows, columns] = sizes_of(request);
  const int64_t count = checked_multiply(rows, columns);
  const auto epsilon = static_cast<float>(request.node.attributes.real("epsilon"));
  KernelInfo info = own_info(request, 4 * static_cast<double>(count));
  info.in_place = {{0, 0}};
  return launch_kernel<device::BatchNormParameters>(
      request, std::move(info), {"norm", with_dtype(request, "batch_norm")}, grid_for(request, count),
      [=, columns = columns](const Arguments& a) {
        return device::BatchNormParameters{.x = a.inputs[0],
                                           .gamma = input<float>(a, 1),
                                           .beta = input<float>(a, 2),
                                           .shift = nullptr,
                                           .mean = input<float>(a, 3),
                                           .variance = input<float>(a, 4),
                                           .out = a.outputs[0],
                                           .new_mean = nullptr,
                                           .inverse = nullptr,
                                           .count = static_cast<uint32_t>(count),
                                           .columns = static_cast<uint32_t>(columns),
                                           .epsilon = epsilon};
      });
}

std::unique_ptr<Kernel> make_batch_norm_grad(const Request& request) {
  const auto [rows, columns] = sizes_of(request);
  Queue* queue = &request.queue;
  const Columns turned(*queue, with_dtype(request, "columns_times_column_norm"), rows, columns);
  const Columns plain(*queue, with_dtype(request, "columns_sum"), rows, columns);
  const int64_t sums = plain.scratch_bytes();
  CUkernel kernel = queue->kernel({"norm", with_dtype(request, "batch_norm_grad")});
  const int64_t count = checked_multiply(rows, columns);
  const Grid grid = grid_for(request, count);
  const float share = 1 / static_cast<float>(rows);
  return make_function_kernel(
      info_of(request, "batch_norm_grad", scratch_for(sums, columns, 2)), [=, columns = columns](const Arguments& a) {
        const void* x = a.inputs[0];
        const auto* mean = input<float>(a, 2);
        const auto* inverse = input<float>(a, 3);
        const void* dy = a.inputs[4];
        float* dgamma = a.outputs[1] != nullptr ? output<float>(a, 1) : vector_in(a, sums, columns, 0);
        float* dbeta = a.outputs[2] != nullptr ? output<float>(a, 2) : vector_in(a, sums, columns, 1);
        turned.run({.x = x, .factor = 1, .y = dy, .mean = mean, .inverse = inverse}, dgamma, a.scratch);
        plain.run({.x = dy, .factor = 1}, dbeta, a.scratch);
        if (a.outputs[0] == nullptr) return;
        const device::BatchNormGradParameters p{x,
                                                input<float>(a, 1),
                                                mean,
                                                inverse,
                                                dy,
                                                dgamma,
                                                dbeta,
                                                a.outputs[0],
                                                static_cast<uint32_t>(count),
                                                static_cast<uint32_t>(columns),
                                                share};
        queue->launch(kernel, grid, &p);
      });
}

std::unique_ptr<Kernel> make_layer_norm_grad(const Request& request) {
  const auto [rows, columns] = sizes_of(request);
  Queue* queue = &request.queue;
  const Columns turned(*queue, with_dtype(request, "columns_times_row_norm"), rows, columns);
  const Columns plain(*queue, with_dtype(request, "columns_sum"), rows, columns);
  CUkernel kernel = queue->kernel({"rows", with_dtype(request, "layer_norm_grad")});
  const Grid grid{rows, static_cast<int>(std::clamp<int64_t>(divide_up(columns, 128) * 32, 32, 256))};
  return make_function_kernel(info_of(request, "layer_norm_grad", plain.scratch_bytes()),
                              [=, rows = rows, columns = columns](const Arguments& a) {
                                const void* x = a.inputs[0];
                                const auto* mean = input<float>(a, 2);
                                const auto* inverse = input<float>(a, 3);
                                const void* dy = a.inputs[4];
                                if (a.outputs[1] != nullptr)
                                  turned.run({.x = x, .factor = 1, .y = dy, .mean = mean, .inverse = inverse},
                                             output<float>(a, 1), a.scratch);
                                if (a.outputs[2] != nullptr)
                                  plain.run({.x = dy, .factor = 1}, output<float>(a, 2), a.scratch);
                                if (a.outputs[0] == nullptr) return;
                                const device::LayerNormGradParameters p{x,
                                                                        input<float>(a, 1),
                                                                        mean,
                                                                        inverse,
                                                                        dy,
                                                                        a.outputs[0],
                                                                        static_cast<uint32_t>(rows),
                                                                        static_cast<uint32_t>(columns)};
                                queue->launch(kernel, grid, &p);
                              });
}

}  // namespace

void register_norm(KernelRegistry& registry) {
  registry.add("batch_norm", {accepts_floats, make_batch_norm});
  registry.add("batch_norm_inference", {accepts_floats, make_inference});
  registry.add("batch_norm_grad", {accepts_floats, make_batch_norm_grad});
  registry.add("layer_norm_grad", {accepts_floats, make_layer_norm_grad});
}

}  // namespace dltrain::backends::cuda
