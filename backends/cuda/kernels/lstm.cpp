// LSTM and its gradient. Few units: one kernel of ours for all steps. Many: for each step one product with the recurrent
// kernel by cuBLASLt, and one kernel of ours for all that is done with it; nothing waits between them on the host, and in a
// recorded step they follow each other on the GPU.
#include <algorithm>

#include "backends/cuda/device/recurrent_parameters.h"
#include "backends/cuda/recurrent_steps.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t gate_count = 4;
constexpr double cost = 30;  // additions that the gates of a unit are worth, roughly

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

Support accepts_forward(const Request& request) {
  const Support support = accepts_floats(request);
  return support.yes ? has_products(request, sizes_of(request, 0, gate_count), DType::f32, false) : support;
}

class LstmKernel final : public Kernel {
 public:
  explicit LstmKernel(const Request& request)
      : queue_(request.queue),
        sizes_(sizes_of(request, 0, gate_count)),
        whole_(request, sizes_, "lstm"),
        product_(request, sizes_.dtype, DType::f32, {sizes_.samples, gate_count * sizes_.units, sizes_.units},
                 sizes_.bytes(sizes_.states())),
        scratch_(product_.scratch_bytes()),
        weights_(request, 1, sizes_.dtype, false, scratch_),
        kernel_(queue_.kernel({"recurrent", std::string("lstm_") + suffix_of(sizes_.dtype)})),
        grid_(grid_for(request, sizes_.states())),
        masked_(request.node.inputs.size() == 3) {
    products_ = scratch_.add(floats(sizes_.rows()));
    cell_ = scratch_.add(floats(sizes_.states()));
    if (!request.output_used[0]) y_ = scratch_.add(sizes_.bytes(sizes_.steps * sizes_.states()));
    info_ = info_of(request, sizes_, whole_, "lstm", 1);
    info_.scratch_bytes = scratch_.bytes();
  }

  void run(const Arguments& a) override {
    const void* weights = weights_.prepare(a);
    void* const y = a.outputs[0] != nullptr ? a.outputs[0] : in_scratch(a, y_);
    auto* const products = static_cast<float*>(in_scratch(a, products_));
    if (whole_) return run_whole(a, weights, y);
    for (int64_t s = 0; s < sizes_.steps; ++s) {
      const void* before = s == 0 ? nullptr : sizes_.at(y, s - 1, sizes_.states());
      if (s > 0) product_.run(before, weights, products, a.scratch);
      const device::LstmStepParameters p{
          .x = sizes_.at(a.inputs[0], s, sizes_.rows()),
          .product = s == 0 ? nullptr : products,
          .mask = masked_ ? input<uint8_t>(a, 2) + sizes_.step(s) * sizes_.samples : nullptr,
          .before = before,
          .cell = static_cast<float*>(in_scratch(a, cell_)),
          .y = sizes_.at(y, s, sizes_.states()),
          .gates = sizes_.at(a.outputs[2], s, sizes_.rows()),
          .cells = sizes_.at(a.outputs[3], s, sizes_.states()),
          .last = s == sizes_.steps - 1 ? a.outputs[1] : nullptr,
          .samples = static_cast<uint32_t>(sizes_.samples),
          .units = static_cast<uint32_t>(sizes_.units)};
      queue_.launch(kernel_, grid_, &p);
    }
  }

 private:
  void run_whole(const Arguments& a, const void* weights, void* y) const {
    const device::SequenceParameters<device::LstmStepParameters> p{
        .step = {.x = a.inputs[0],
                 .product = nullptr,
                 .mask = masked_ ? input<uint8_t>(a, 2) : nullptr,
                 .before = nullptr,
                 .cell = static_cast<float*>(in_scratch(a, cell_)),
                 .y = y,
                 .gates = a.outputs[2],
                 .cells = a.outputs[3],
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
  CUkernel kernel_;
  Grid grid_;
  bool masked_;
  int64_t products_ = 0, cell_ = 0, y_ = 0;
};

// --- gradient: kernel, y, gates, cells, perhaps a mask, flows -> dx, dkernel

Support accepts_gradient(const Request& request) {
  if (!has_float_kernels(request.input(2).dtype)) return accepts_floats(request);
  return has_products(request, sizes_of(request, 2, gate_count), request.output(1).dtype, true);
}

class LstmGradKernel final : public Kernel {
 public:
  explicit LstmGradKernel(const Request& request)
      : queue_(request.queue),
        sizes_(sizes_of(request, 2, gate_count)),
        whole_(request, sizes_, "lstm_grad"),
        inflow_(request),
        product_(request, sizes_.dtype, DType::f32,
                 {sizes_.samples, sizes_.units, gate_count * sizes_.units, false, true}, sizes_.bytes(sizes_.rows())),
        gradient_(request, sizes_, request.output(1).dtype),
        scratch_(std::max(product_.scratch_bytes(), gradient_.scratch_bytes())),
        weights_(request, 0, sizes_.dtype, static_cast<bool>(whole_), scratch_),
        kernel_(queue_.kernel({"recurrent", std::string("lstm_grad_") + suffix_of(sizes_.dtype)})),
        grid_(grid_for(request, sizes_.states())) {
    product_place_ = scratch_.add(floats(sizes_.states()));
    state_flow_ = scratch_.add(floats(sizes_.states()));
    cell_flow_ = scratch_.add(floats(sizes_.states()));
    if (!request.output_used[0]) sums_ = scratch_.add(sizes_.bytes(sizes_.steps * sizes_.rows()));
    info_ = info_of(request, sizes_, whole_, "lstm_grad", 2);
    info_.scratch_bytes = scratch_.bytes();
  }

  void run(const Arguments& a) override {
    const void* weights = weights_.prepare(a);
    void* const sums = a.outputs[0] != nullptr ? a.outputs[0] : in_scratch(a, sums_);
    whole_ ? run_whole(a, weights, sums) : run_steps(a, weights, sums);
    gradient_.run(a.inputs[1], sums, a.outputs[1], a.scratch);
  }

 private:
  void run_steps(const Arguments& a, const void* weights, void* sums) const {
    auto* const product = static_cast<float*>(in_scratch(a, product_place_));
    const uint8_t* const mask = inflow_.mask(a);
    for (int64_t s = sizes_.steps - 1; s >= 0; --s) {
      const bool is_last = s == sizes_.steps - 1;
      void* const own = sizes_.at(sums, s, sizes_.rows());
      const device::LstmGradParameters p{
          .gates = sizes_.at(a.inputs[2], s, sizes_.rows()),
          .cell = sizes_.at(a.inputs[3], s, sizes_.states()),
          .cell_before = s == 0 ? nullptr : sizes_.at(a.inputs[3], s - 1, sizes_.states()),
          .mask = mask == nullptr ? nullptr : mask + sizes_.step(s) * sizes_.samples,
          .product = product,
          .state_flow = static_cast<float*>(in_scratch(a, state_flow_)),
          .cell_flow = static_cast<float*>(in_scratch(a, cell_flow_)),
          .y_flow = sizes_.at(inflow_.flow(a, 0), s, sizes_.states()),
          .last_flow = is_last ? inflow_.flow(a, 1) : nullptr,
          .gates_flow = sizes_.at(inflow_.flow(a, 2), s, sizes_.rows()),
          .cells_flow = sizes_.at(inflow_.flow(a, 3), s, sizes_.states()),
          .sums = own,
          .samples = static_cast<uint32_t>(sizes_.samples),
          .units = static_cast<uint32_t>(sizes_.units),
          .is_last = is_last ? 1 : 0};
      queue_.launch(kernel_, grid_, &p);
      if (s > 0) product_.run(own, weights, product, a.scratch);
    }
  }
  void run_whole(const Arguments& a, const void* weights, void* sums) const {
    const device::SequenceParameters<device::LstmGradParameters> p{
        .step = {.gates = a.inputs[2],
                 .cell = a.inputs[3],
                 .cell_before = nullptr,
                 .mask = inflow_.mask(a),
                 .product = nullptr,
                 .state_flow = static_cast<float*>(in_scratch(a, state_flow_)),
                 .cell_flow = static_cast<float*>(in_scratch(a, cell_flow_)),
                 .y_flow = inflow_.flow(a, 0),
                 .last_flow = inflow_.flow(a, 1),
                 .gates_flow = inflow_.flow(a, 2),
                 .cells_flow = inflow_.flow(a, 3),
                 .sums = sums,
                 .samples = static_cast<uint32_t>(sizes_.samples),
                 .units = static_cast<uint32_t>(sizes_.units),
                 .is_last = 0},
        .kernel = weights,
        .steps = static_cast<uint32_t>(sizes_.steps),
        .backwards = sizes_.backwards ? 1 : 0};
    queue_.launch(whole_.kernel, whole_.grid, &p);
  }

  Queue& queue_;
  RecurrentSizes sizes_;
  WholeSequence whole_;
  Inflow inflow_;
  StepProduct product_;
  KernelGradient gradient_;
  ScratchLayout scratch_;
  RecurrentKernel weights_;
  CUkernel kernel_;
  Grid grid_;
  int64_t product_place_ = 0, state_flow_ = 0, cell_flow_ = 0, sums_ = 0;
};

std::unique_ptr<Kernel> make_forward(const Request& request) { return std::make_unique<LstmKernel>(request); }
std::unique_ptr<Kernel> make_gradient(const Request& request) { return std::make_unique<LstmGradKernel>(request); }

}  // namespace

void register_lstm(KernelRegistry& registry) {
  registry.add("lstm", {accepts_forward, make_forward});
  registry.add("lstm_grad", {accepts_gradient, make_gradient});
}

}  // namespace dltrain::backends::cuda
