// GRU over all steps, forward and backward, of float32 and bfloat16.
#include <algorithm>
#include <array>

#include "backends/onednn/kernel.h"
#include "backends/onednn/narrow_sequence.h"
#include "backends/onednn/panel_sequence.h"
#include "backends/onednn/vector/elementwise.h"
#include "backends/onednn/vector/reduce.h"

namespace dltrain::backends::onednn {

namespace {

// inputs x, kernel, bias, perhaps mask; outputs y, last, gates, products.
class Gru final : public PanelSequence {
 public:
  explicit Gru(const Request& request) : masked_(request.node.inputs.size() > 3) {
    settle(request, request.input(0).shape, 3, false);
    make_forward_product(request, 1);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve_floats(3 * Panels::lanes());
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[3] : nullptr;
    float* const y = cast<float>(of(a, kept_[0]));
    float* const gates = cast<float>(of(a, kept_[2]));
    float* const inner = cast<float>(of(a, kept_[3]));
    const float* const x = cast<float>(a.inputs[0]);
    for_parts([&](const Part& part) {
      float* const product = own_floats(a, part, product_, 3 * Panels::lanes());
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        const float* const before = s > 0 ? y + place(part, time(s - 1), units_) : nullptr;
        const GruForward step = {x + 3 * now, s > 0 ? product : nullptr, cast<float>(a.inputs[2]),
                                 before,      gates + 3 * now,           inner + now,
                                 y + now};
        for_blocks([&](int64_t block, const StepUnits& units) {
          if (s > 0) multiply_forward(a, part, s, block, x, before, product);
          recurrent_loops().gru_forward(rows_of(part, mask, t), units, step);
        });
      }
      store_last(a, part, y);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0;
};

// The same in bfloat16; the state goes from step to step in float32.
class NarrowGru final : public NarrowSequence {
 public:
  explicit NarrowGru(const Request& request)
      : masked_(request.node.inputs.size() > 3), narrow_bias_(request.input(2).dtype == DType::bf16) {
    settle(request, request.input(0).shape, 3, false);
    make_forward_product(request, 1);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve_floats(3 * units_);
    state_ = reserve_floats(units_);
    bias_ = reserve(to_size(3 * units_) * sizeof(float));
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[3] : nullptr;
    Bfloat16* const y = cast<Bfloat16>(of(a, kept_[0]));
    Bfloat16* const gates = cast<Bfloat16>(of(a, kept_[2]));
    Bfloat16* const inner = cast<Bfloat16>(of(a, kept_[3]));
    const float* bias = cast<float>(a.inputs[2]);
    if (narrow_bias_) {
      conversion_loop(true)({{a.inputs[2]}, {1}, scratch(a, bias_), 3 * units_, nullptr});
      bias = cast<float>(scratch(a, bias_));
    }
    for_parts([&](const Part& part) {
      float* const product = own_floats(a, part, product_, 3 * units_);
      float* const state = own_floats(a, part, state_, units_);
      std::fill_n(state, part.count() * units_, 0.0F);
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        if (s > 0) multiply_forward(a, part, y + place(part, time(s - 1), units_), product);
        recurrent_loops().narrow_gru_forward(rows_of(part, mask, t),
                                             {cast<Bfloat16>(a.inputs[0]) + 3 * now, s > 0 ? product : nullptr, bias,
                                              gates + 3 * now, inner + now, state, y + now});
      }
      store_last(a, part, y);
    });
  }

  bool masked_, narrow_bias_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0, state_ = 0, bias_ = 0;
};

// inputs kernel, y, gates, products, perhaps mask, flows; outputs dx, dkernel, dbias.
template <class Sequence> class GruGrad final : public Sequence {
 public:
  explicit GruGrad(const Request& request) : inflow_(request.node) {
    this->settle(request, request.input(2).shape, 3, true);
    this->make_backward_product(request, 0);
    this->make_kernel_gradient(request, Sequence::dtype);
    this->make_bias_gradient(request);
    dx_ = this->keep(request, 0);
    dh_ = this->reserve_floats(this->flow_width());
    flows_ = this->reserve(to_size(request.input(2).bytes()));
    if (request.output_used[0]) this->info_.in_place = {{2, 0}};
  }

 private:
  using T = typename Sequence::Element;
  using Part = typename Sequence::Part;

  void execute(const Arguments& a) override {
    T* const flows = cast<T>(this->scratch(a, flows_));
    this->for_parts([&](const Part& part) { run_back(a, part, flows); });
    this->multiply_kernel_gradient(a, a.inputs[1], flows);
    this->store_bias_gradient(a);
  }

  // `flows`: the gradients of the products [T, N, 3 * units].
  void run_back(const Arguments& a, const Part& part, T* flows) {
    const int64_t units = this->units_, steps = this->steps_, width = this->flow_width();
    float* const dh = this->own_floats(a, part, dh_, width);
    double* const sums = this->bias_sums(a, part);
    std::fill_n(dh, part.count() * width, 0.0F);
    std::fill_n(sums, 3 * units, 0.0);
    T* const dx = cast<T>(this->of(a, dx_));
    const T* const y = cast<T>(a.inputs[1]);
    const T* const gates = cast<T>(a.inputs[2]);
    for (int64_t s = steps - 1; s >= 0; --s) {
      const int64_t t = this->time(s);
      const int64_t now = this->place(part, t, units);
      T* const step = flows + 3 * now;
      backward_loops<T>().gru(
          this->rows_of(part, inflow_.mask_of(a), t),
          {gates + 3 * now, cast<T>(a.inputs[3]) + now,
           s > 0 ? y + this->place(part, this->time(s - 1), units) : nullptr, element_of<T>(inflow_.y_of(a), now),
           s == steps - 1 ? element_of<T>(inflow_.last_of(a), this->place(part, 0, units)) : nullptr, dh, width,
           dx + 3 * now, step});
      add_columns(step, part.count(), 3 * units, 3 * units, sums);
      if (s > 0) this->multiply_backward(a, part, s, gates, step, dh);
    }
  }

  Inflow inflow_;
  typename Sequence::Kept dx_;
  int64_t dh_ = 0, flows_ = 0;
};

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

}  // namespace

void register_gru(KernelRegistry& registry) {
  registry.add("gru", {computes_float32, make<Gru>});
  registry.add("gru", {computes_bfloat16, make<NarrowGru>});
  registry.add("gru_grad", {computes_float32_gradient, make<GruGrad<PanelSequence>>});
  registry.add("gru_grad", {computes_bfloat16_gradient, make<GruGrad<NarrowSequence>>});
}

}  // namespace dltrain::backends::onednn
