// Batch normalization with a residual and a rectifier behind it, its gradient, and that of layer normalization, computed in
// float32: one pass down the columns for statistics or sums, one over the elements. What an output that nobody reads would
// hold is computed into scratch memory where the second pass needs it.
#include <algorithm>
#include <optional>

#include "backends/cuda/casts.h"
#include "backends/cuda/columns.h"
#include "backends/cuda/device/norm_parameters.h"
#include "backends/cuda/device/rows_parameters.h"
#include "backends/cuda/kernel.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

struct Sizes {
  int64_t rows, columns, splits;
  int64_t count() const { return checked_multiply(rows, columns); }
};

Sizes sizes_of(const Request& request) {
  const Shape& shape = request.input(0).shape;
  const int64_t rows = shape.slice(0, shape.rank() - 1).elements();
  return {rows, shape.back(), Columns::splits_of(rows)};
}

int64_t floats(int64_t count) { return checked_multiply(count, static_cast<int64_t>(sizeof(float))); }

// An input that may not be there.
const void* input_from(const Arguments& a, size_t i) { return i < a.inputs.size() ? a.inputs[i] : nullptr; }

// The rectifier of a fused node; nothing where it has no function.
std::optional<device::Options> rectifier_of(const Request& request) {
  const graph::Attributes& a = request.node.attributes;
  if (a.get_or<std::string>("function", "").empty()) return {};
  const auto real = [&](const char* name) { return static_cast<float>(a.real(name)); };
  return device::Options{{real("negative_slope"), real("max_value"), real("threshold")}};
}

Support accepts_fused(const Request& request) {
  const std::string function = request.node.attributes.get<std::string>("function");
  if (!function.empty() && function != "relu") return {false, "its CUDA kernel computes relu only"};
  return accepts_floats(request);
}

KernelInfo info_of(const Request& request, const std::string& name, const ScratchLayout& scratch) {
  KernelInfo info = own_info(request, 10 * static_cast<double>(request.input(0).elements()));
  info.implementation = "norm:" + with_dtype(request, name);
  info.scratch_bytes = scratch.bytes();
  return info;
}

// --- forward

// The pass over the elements, with everything that does not depend on a run; the residual is input `residual`.
struct BatchNormPass {
  BatchNormPass(const Request& request, size_t residual)
      : queue(&request.queue), residual_input(residual), grid(grid_for(request, sizes_of(request).count())) {
    kernel = queue->kernel({"norm", with_dtype(request, "batch_norm")});
    const Sizes sizes = sizes_of(request);
    constant.count = static_cast<uint32_t>(sizes.count());
    constant.columns = static_cast<uint32_t>(sizes.columns);
    constant.epsilon = static_cast<float>(request.node.attributes.real("epsilon"));
    const std::optional<device::Options> rectifier = rectifier_of(request);
    constant.rectifies = rectifier ? 1 : 0;
    constant.options = rectifier.value_or(device::Options{});
  }
  // `given` has the statistics, and where they go.
  void run(const Arguments& a, const device::BatchNormParameters& given) const {
    device::BatchNormParameters p = constant;
    p.shift = given.shift;
    p.mean = given.mean;
    p.variance = given.variance;
    p.new_mean = given.new_mean;
    p.inverse = given.inverse;
    p.x = a.inputs[0];
    p.gamma = input<float>(a, 1);
    p.beta = input<float>(a, 2);
    p.residual = input_from(a, residual_input);
    p.out = a.outputs[0];
    queue->launch(kernel, grid, &p);
  }

  Queue* queue;
  size_t residual_input;
  Grid grid;
  CUkernel kernel = nullptr;
  device::BatchNormParameters constant{};
};

std::unique_ptr<Kernel> make_batch_norm(const Request& request) {
  const Sizes s = sizes_of(request);
  Queue* queue = &request.queue;
  CUkernel moments = queue->kernel({"norm", with_dtype(request, "moments")});
  CUkernel join = queue->kernel({"norm", "join_moments"});
  const BatchNormPass pass(request, 3);
  ScratchLayout scratch;
  const int64_t shares = s.splits == 1 ? 0 : scratch.add(floats(checked_multiply(2 * s.splits, s.columns)));
  const int64_t unread = scratch.add(floats(2 * s.columns));
  const Grid join_grid = grid_for(request, s.columns);
  const auto rows = static_cast<uint32_t>(s.rows), columns = static_cast<uint32_t>(s.columns);
  const auto splits = static_cast<uint32_t>(s.splits);
  return make_function_kernel(info_of(request, "batch_norm", scratch), [=](const Arguments& a) {
    auto* const aside = static_cast<float*>(in_scratch(a, unread));
    float* const shift = aside;
    float* const variance = a.outputs[2] != nullptr ? output<float>(a, 2) : aside + columns;
    auto* const means = splits == 1 ? shift : static_cast<float*>(in_scratch(a, shares));
    auto* const variances = splits == 1 ? variance : means + splits * columns;
    const device::MomentsParameters p{a.inputs[0], means, variances, rows, columns, splits};
    queue->launch(moments, Columns::grid_of(columns, splits), &p);
    if (splits > 1) {
      const device::JoinMomentsParameters joined{means, variances, shift, variance, rows, columns, splits};
      queue->launch(join, join_grid, &joined);
    }
    pass.run(a,
             {.shift = shift, .variance = variance, .new_mean = output<float>(a, 1), .inverse = output<float>(a, 3)});
  });
}

std::unique_ptr<Kernel> make_inference(const Request& request) {
  const BatchNormPass pass(request, 5);
  KernelInfo info = info_of(request, "batch_norm", ScratchLayout());
  info.in_place = {{0, 0}};
  return make_function_kernel(std::move(info), [pass](const Arguments& a) {
    pass.run(a, {.mean = input<float>(a, 3), .variance = input<float>(a, 4)});
  });
}

// --- gradients

// Sums down the columns of what flows in, and of that times the normalized numbers: [2, columns] in scratch memory.
class FlowSums {
 public:
  FlowSums(const Request& request, ScratchLayout& scratch)
      : queue_(&request.queue),
        sizes_(sizes_of(request)),
        kernel_(queue_->kernel({"norm", with_dtype(request, "norm_flow")})),
        join_(*queue_, "columns_sum_float32", sizes_.splits, 2 * sizes_.columns) {
    sums_ = scratch.add(floats(2 * sizes_.columns));
    shares_ = sizes_.splits == 1 ? sums_ : scratch.add(floats(checked_multiply(2 * sizes_.splits, sizes_.columns)));
  }
  // `flow` has everything but sizes and sums; the same with these.
  device::NormFlowParameters run(device::NormFlowParameters flow, const Arguments& a) const {
    flow.rows = static_cast<uint32_t>(sizes_.rows);
    flow.columns = static_cast<uint32_t>(sizes_.columns);
    flow.splits = static_cast<uint32_t>(sizes_.splits);
    flow.sums = static_cast<float*>(in_scratch(a, shares_));
    queue_->launch(kernel_, Columns::grid_of(sizes_.columns, sizes_.splits), &flow);
    if (sizes_.splits == 1) return flow;
    auto* const sums = static_cast<float*>(in_scratch(a, sums_));
    join_.run({.x = flow.sums, .factor = 1}, sums, nullptr);
    flow.sums = sums;
    return flow;
  }

 private:
  Queue* queue_;
  Sizes sizes_;
  CUkernel kernel_;
  Columns join_;
  int64_t sums_ = 0, shares_ = 0;
};

// x, gamma, mean, inverse; dy is input number `dy`.
device::NormFlowParameters flow_of(const Arguments& a, size_t dy) {
  device::NormFlowParameters flow{};
  flow.x = a.inputs[0];
  flow.gamma = input<float>(a, 1);
  flow.mean = input<float>(a, 2);
  flow.inverse = input<float>(a, 3);
  flow.dy = a.inputs[dy];
  return flow;
}

std::unique_ptr<Kernel> make_batch_norm_grad(const Request& request) {
  const Sizes s = sizes_of(request);
  Queue* queue = &request.queue;
  ScratchLayout scratch;
  const FlowSums sums(request, scratch);
  CUkernel kernel = queue->kernel({"norm", with_dtype(request, "batch_norm_grad")});
  const Grid grid = grid_for(request, s.count());
  const std::optional<device::Options> rectifier = rectifier_of(request);
  const bool again = request.node.attributes.get_or<bool>("recompute", false);
  const bool fused = request.node.inputs.size() == 6;
  return make_function_kernel(info_of(request, "batch_norm_grad", scratch), [=](const Arguments& a) {
    device::NormFlowParameters flow = flow_of(a, fused ? 5 : 4);
    flow.rectifies = rectifier ? 1 : 0;
    flow.options = rectifier.value_or(device::Options{});
    if (fused && again) flow.beta = input<float>(a, 4);
    if (fused && !again) flow.y = a.inputs[4];
    const device::BatchNormGradParameters p{.flow = sums.run(flow, a),
                                            .dgamma = output<float>(a, 1),
                                            .dbeta = output<float>(a, 2),
                                            .dx = a.outputs[0],
                                            .dz = fused ? a.outputs[3] : nullptr,
                                            .count = static_cast<uint32_t>(s.count()),
                                            .share = 1 / static_cast<float>(s.rows)};
    queue->launch(kernel, grid, &p);
  });
}

std::unique_ptr<Kernel> make_layer_norm_grad(const Request& request) {
  const Sizes s = sizes_of(request);
  Queue* queue = &request.queue;
  ScratchLayout scratch;
  const FlowSums sums(request, scratch);
  CUkernel kernel = queue->kernel({"rows", with_dtype(request, "layer_norm_grad")});
  const Grid grid{s.rows, static_cast<int>(std::clamp<int64_t>(divide_up(s.columns, 128) * 32, 32, 256))};
  return make_function_kernel(info_of(request, "layer_norm_grad", scratch), [=](const Arguments& a) {
    device::NormFlowParameters flow = flow_of(a, 4);
    flow.by_row = 1;
    if (a.outputs[1] != nullptr || a.outputs[2] != nullptr) {
      const float* const both = sums.run(flow, a).sums;
      for (size_t i : {1, 2}) {
        if (a.outputs[i] != nullptr)
          queue->copy(a.outputs[i], both + static_cast<int64_t>(i - 1) * s.columns, floats(s.columns));
      }
    }
    if (a.outputs[0] == nullptr) return;
    const device::LayerNormGradParameters p{.x = flow.x,
                                            .gamma = flow.gamma,
                                            .mean = flow.mean,
                                            .inverse = flow.inverse,
                                            .dy = flow.dy,
                                            .flow = input_from(a, 5),
                                            .dx = a.outputs[0],
                                            .rows = static_cast<uint32_t>(s.rows),
                                            .columns = static_cast<uint32_t>(s.columns)};
    queue->launch(kernel, grid, &p);
  });
}

}  // namespace

void register_norm(KernelRegistry& registry) {
  registry.add("batch_norm", {accepts_floats, make_batch_norm});
  registry.add("fused_batch_norm", {accepts_fused, make_batch_norm});
  registry.add("batch_norm_inference", {accepts_floats, make_inference});
  registry.add("fused_batch_norm_inference", {accepts_fused, make_inference});
  registry.add("batch_norm_grad", {accepts_floats, make_batch_norm_grad});
  registry.add("fused_batch_norm_grad", {accepts_fused, make_batch_norm_grad});
  for (const char* op : {"layer_norm_grad", "fused_layer_norm_grad"})
    registry.add(op, {accepts_floats, make_layer_norm_grad});
}

}  // namespace dltrain::backends::cuda
