// GRU and its gradient: for each step one product with the recurrent kernel by cuBLASLt, and one kernel of ours for all
// that is done with it, as in lstm.cpp.
#include <algorithm>

#include "backends/cuda/columns.h"
#include "backends/cuda/device/recurrent_parameters.h"
#include "backends/cuda/recurrent_steps.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t gate_count = 3;
constexpr double cost = 25;  // additions that the gates of a unit are worth, roughly

int64_t floats(int64_t count) { return count * static_cast<int64_t>(sizeof(float)); }

KernelInfo info_of(const Request& request, const RecurrentSizes& s, const WholeSequence& whole, const char* name,
                   double products) {
  const auto steps = static_cast<double>(s.steps);
  KernelInfo info = own_info(request, steps * (products * 2 * static_cast<double>(s.rows() * s.units) +
                                               cost * static_cast<double>(s.states())));
  info.implementation = whole ? whole.name : "cublaslt+recurrent:" + std::string(name) + "_" + suffix_of(s.dtype);
  info.narrow_products = !whole && (s.dtype != DType::f32 || request.libraries.options().tensorfloat32);
  return info;
}

// Vectors that are float32, or are brought to it or from it: a place in scratch memory, where they need one.
struct Vector {
  Vector(const Request& request, DType from, DType to, int64_t count, ScratchLayout& scratch) {
    if (from == to) return;
    place = scratch.add(floats(count));
    cast = caster(request, from, to, count);
  }
  int64_t place = -1;
  std::function<void(const void* from, void* to)> cast;
};

Support accepts_forward(const Request& request) {
  const Support support = accepts_floats(request);
  return support.yes ? has_products(request, sizes_of(request, 0, gate_count), DType::f32, false) : support;
}

class GruKernel final : public Kernel {
 public:
  explicit GruKernel(const Request& request)
      : queue_(request.queue),
        sizes_(sizes_of(request, 0, gate_count)),
        whole_(request, sizes_, "gru"),
        product_(request, sizes_.dtype, DType::f32, {sizes_.samples, gate_count * sizes_.units, sizes_.units},
                 sizes_.bytes(sizes_.states())),
        scratch_(product_.scratch_bytes()),
        weights_(request, 1, sizes_.dtype, false, scratch_),
        bias_(request, request.input(2).dtype, DType::f32, gate_count * sizes_.units, scratch_),
        kernel_(queue_.kernel({"recurrent", std::string("gru_") + suffix_of(sizes_.dtype)})),
        grid_(grid_for(request, sizes_.states())),
        masked_(request.node.inputs.size() == 4) {
    products_ = scratch_.add(floats(sizes_.rows()));
    state_ = scratch_.add(floats(sizes_.states()));
    if (!request.output_used[0]) y_ = scratch_.add(sizes_.bytes(sizes_.steps * sizes_.states()));
    info_ = info_of(request, sizes_, whole_, "gru", 1);
    info_.scratch_bytes = scratch_.bytes();
  }

  void run(const Arguments& a) override {
    const void* weights = weights_.prepare(a);
    const void* bias = a.inputs[2];
    if (bias_.place >= 0) {
      bias_.cast(bias, in_scratch(a, bias_.place));
      bias = in_scratch(a, bias_.place);
    }
    void* const y = a.outputs[0] != nullptr ? a.outputs[0] : in_scratch(a, y_);
    auto* const products = static_cast<float*>(in_scratch(a, products_));
    if (whole_) return run_whole(a, weights, static_cast<const float*>(bias), y);
    for (int64_t s = 0; s < sizes_.steps; ++s) {
      const void* before = s == 0 ? nullptr : sizes_.at(y, s - 1, sizes_.states());
      if (s > 0) product_.run(before, weights, products, a.scratch);
      const device::GruStepParameters p{
          .x = sizes_.at(a.inputs[0], s, sizes_.rows()),
          .product = s == 0 ? nullptr : products,
          .bias = static_cast<const float*>(bias),
          .mask = masked_ ? input<uint8_t>(a, 3) + sizes_.step(s) * sizes_.samples : nullptr,
          .before = before,
          .state = static_cast<float*>(in_scratch(a, state_)),
          .y = sizes_.at(y, s, sizes_.states()),
          .gates = sizes_.at(a.outputs[2], s, sizes_.rows()),
          .candidates = sizes_.at(a.outputs[3], s, sizes_.states()),
          .last = s == sizes_.steps - 1 ? a.outputs[1] : nullptr,
          .samples = static_cast<uint32_t>(sizes_.samples),
          .units = static_cast<uint32_t>(sizes_.units)};
      queue_.launch(kernel_, grid_, &p);
    }
  }

 private:
  void run_whole(const Arguments& a, const void* weights, const float* bias, void* y) const {
    const device::SequenceParameters<device::GruStepParameters> p{
        .step = {.x = a.inputs[0],
                 .product = nullptr,
                 .bias = bias,
                 .mask = masked_ ? input<uint8_t>(a, 3) : nullptr,
                 .before = nullptr,
                 .state = static_cast<float*>(in_scratch(a, state_)),
                 .y = y,
                 .gates = a.outputs[2],
                 .candidates = a.outputs[3],
                 .last = a.outputs[1],
                 .samples = static_cast<uint32_t>(sizes_.samples),
                 .units = static_cast<uint32_t>(sizes_.units)},
        .kernel = weights,
        .steps = static_cast<uint32_t>(sizes_.steps),
        .backwards = sizes_.backwards ? 1 : 0};
    queue_.launch(whole_.kernel, whole_.grid, &p);
  }

  Queue& queue_;
  RecurrentSizes sizes_;
  WholeSequence whole_;
  StepProduct product_;
  ScratchLayout scratch_;
  RecurrentKernel weights_;
  Vector bias_;
  CUkernel kernel_;
  Grid grid_;
  bool masked_;
  int64_t products_ = 0, state_ = 0, y_ = 0;
};

// --- gradient: kernel, y, gates, candidate products, perhaps a mask, flows -> dx, dkernel, dbias

Support accepts_gradient(const Request& request) {
  if (!has_float_kernels(request.input(2).dtype)) return accepts_floats(request);
  return has_products(request, sizes_of(request, 2, gate_count), request.output(1).dtype, true);
}

class GruGradKernel final : public Kernel {
 public:
  explicit GruGradKernel(const Request& request)
      : queue_(request.queue),
        sizes_(sizes_of(request, 2, gate_count)),
        whole_(request, sizes_, "gru_grad"),
        inflow_(request),
        product_(request, sizes_.dtype, DType::f32,
                 {sizes_.samples, sizes_.units, gate_count * sizes_.units, false, true}, sizes_.bytes(sizes_.rows())),
        gradient_(request, sizes_, request.output(1).dtype),
        scratch_(std::max(product_.scratch_bytes(), gradient_.scratch_bytes())),
        weights_(request, 0, sizes_.dtype, static_cast<bool>(whole_), scratch_),
        bias_(request, DType::f32, request.output(2).dtype, gate_count * sizes_.units, scratch_),
        columns_(queue_, "columns_sum_float32", sizes_.samples, gate_count * sizes_.units),
        kernel_(queue_.kernel({"recurrent", std::string("gru_grad_") + suffix_of(sizes_.dtype)})),
        grid_(grid_for(request, sizes_.states())) {
    product_place_ = scratch_.add(floats(sizes_.states()));
    state_flow_ = scratch_.add(floats(sizes_.states()));
    product_sums_ = scratch_.add(sizes_.bytes(sizes_.steps * sizes_.rows()));
    bias_sums_ = scratch_.add(floats(sizes_.rows()));
    column_place_ = scratch_.add(columns_.scratch_bytes());
    info_ = info_of(request, sizes_, whole_, "gru_grad", 2);
    info_.scratch_bytes = scratch_.bytes();
  }

  void run(const Arguments& a) override {
    const void* weights = weights_.prepare(a);
    void* const sums = in_scratch(a, product_sums_);
    whole_ ? run_whole(a, weights, sums) : run_steps(a, weights, sums);
    gradient_.run(a.inputs[1], sums, a.outputs[1], a.scratch);
    add_up_bias(a);
  }

 private:
  void run_steps(const Arguments& a, const void* weights, void* sums) const {
    auto* const product = static_cast<float*>(in_scratch(a, product_place_));
    const uint8_t* const mask = inflow_.mask(a);
    for (int64_t s = sizes_.steps - 1; s >= 0; --s) {
      const bool is_last = s == sizes_.steps - 1;
      void* const own = sizes_.at(sums, s, sizes_.rows());
      const device::GruGradParameters p{.gates = sizes_.at(a.inputs[2], s, sizes_.rows()),
                                        .candidate = sizes_.at(a.inputs[3], s, sizes_.states()),
                                        .before = s == 0 ? nullptr : sizes_.at(a.inputs[1], s - 1, sizes_.states()),
                                        .mask = mask == nullptr ? nullptr : mask + sizes_.step(s) * sizes_.samples,
                                        .product = product,
                                        .state_flow = static_cast<float*>(in_scratch(a, state_flow_)),
                                        .y_flow = sizes_.at(inflow_.flow(a, 0), s, sizes_.states()),
                                        .last_flow = is_last ? inflow_.flow(a, 1) : nullptr,
                                        .gates_flow = sizes_.at(inflow_.flow(a, 2), s, sizes_.rows()),
                                        .candidates_flow = sizes_.at(inflow_.flow(a, 3), s, sizes_.states()),
                                        .sums = sizes_.at(a.outputs[0], s, sizes_.rows()),
                                        .product_sums = own,
                                        .bias_sums = static_cast<float*>(in_scratch(a, bias_sums_)),
                                        .samples = static_cast<uint32_t>(sizes_.samples),
                                        .units = static_cast<uint32_t>(sizes_.units),
                                        .is_last = is_last ? 1 : 0};
      queue_.launch(kernel_, grid_, &p);
      if (s > 0) product_.run(own, weights, product, a.scratch);
    }
  }
  void run_whole(const Arguments& a, const void* weights, void* product_sums) const {
    const device::SequenceParameters<device::GruGradParameters> p{
        .step = {.gates = a.inputs[2],
                 .candidate = a.inputs[3],
                 .before = a.inputs[1],
                 .mask = inflow_.mask(a),
                 .product = nullptr,
                 .state_flow = static_cast<float*>(in_scratch(a, state_flow_)),
                 .y_flow = inflow_.flow(a, 0),
                 .last_flow = inflow_.flow(a, 1),
                 .gates_flow = inflow_.flow(a, 2),
                 .candidates_flow = inflow_.flow(a, 3),
                 .sums = a.outputs[0],
                 .product_sums = product_sums,
                 .bias_sums = static_cast<float*>(in_scratch(a, bias_sums_)),
                 .samples = static_cast<uint32_t>(sizes_.samples),
                 .units = static_cast<uint32_t>(sizes_.units),
                 .is_last = 0},
        .kernel = weights,
        .steps = static_cast<uint32_t>(sizes_.steps),
        .backwards = sizes_.backwards ? 1 : 0};
    queue_.launch(whole_.kernel, whole_.grid, &p);
  }
  void add_up_bias(const Arguments& a) const {
    if (a.outputs[2] == nullptr) return;
    const bool narrow = bias_.place >= 0;
    auto* const out = narrow ? static_cast<float*>(in_scratch(a, bias_.place)) : output<float>(a, 2);
    columns_.run({.x = in_scratch(a, bias_sums_), .factor = 1}, out, in_scratch(a, column_place_));
    if (narrow) bias_.cast(out, a.outputs[2]);
  }

  Queue& queue_;
  RecurrentSizes sizes_;
  WholeSequence whole_;
  Inflow inflow_;
  StepProduct product_;
  KernelGradient gradient_;
  ScratchLayout scratch_;
  RecurrentKernel weights_;
  Vector bias_;
  Columns columns_;
  CUkernel kernel_;
  Grid grid_;
  int64_t product_place_ = 0, state_flow_ = 0, product_sums_ = 0, bias_sums_ = 0, column_place_ = 0;
};

std::unique_ptr<Kernel> make_forward(const Request& request) { return std::make_unique<GruKernel>(request); }
std::unique_ptr<Kernel> make_gradient(const Request& request) { return std::make_unique<GruGradKernel>(request); }

}  // namespace

void register_gru(KernelRegistry& registry) {
  registry.add("gru", {accepts_forward, make_forward});
  registry.add("gru_grad", {accepts_gradient, make_gradient});
}

}  // namespace dltrain::backends::cuda
