// LSTM over all steps, forward and backward, of float32 and bfloat16.
#include <algorithm>
#include <array>

#include "backends/onednn/kernel.h"
#include "backends/onednn/narrow_sequence.h"
#include "backends/onednn/panel_sequence.h"

namespace dltrain::backends::onednn {

namespace {

// inputs x, kernel, perhaps mask; outputs y, last, gates, cells.
class Lstm final : public PanelSequence {
 public:
  explicit Lstm(const Request& request) : masked_(request.node.inputs.size() > 2) {
    settle(request, request.input(0).shape, 4, false);
    make_forward_product(request, 1);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve_floats(4 * Panels::lanes());
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[2] : nullptr;
    float* const y = cast<float>(of(a, kept_[0]));
    float* const gates = cast<float>(of(a, kept_[2]));
    float* const cells = cast<float>(of(a, kept_[3]));
    const float* const x = cast<float>(a.inputs[0]);
    for_parts([&](const Part& part) {
      float* const product = own_floats(a, part, product_, 4 * Panels::lanes());
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        const int64_t before = place(part, time(s - 1), units_);
        const LstmForward step = {x + 4 * now,
                                  s > 0 ? product : nullptr,
                                  gates + 4 * now,
                                  s > 0 ? cells + before : nullptr,
                                  s > 0 ? y + before : nullptr,
                                  cells + now,
                                  y + now};
        for_blocks([&](int64_t block, const StepUnits& units) {
          if (s > 0) multiply_forward(a, part, s, block, x, y + before, product);
          recurrent_loops().lstm_forward(rows_of(part, mask, t), units, step);
        });
      }
      store_last(a, part, y);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0;
};

// The same in bfloat16; the cell goes from step to step in float32.
class NarrowLstm final : public NarrowSequence {
 public:
  explicit NarrowLstm(const Request& request) : masked_(request.node.inputs.size() > 2) {
    settle(request, request.input(0).shape, 4, false);
    make_forward_product(request, 1);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve_floats(4 * units_);
    state_ = reserve_floats(units_);
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[2] : nullptr;
    Bfloat16* const y = cast<Bfloat16>(of(a, kept_[0]));
    Bfloat16* const gates = cast<Bfloat16>(of(a, kept_[2]));
    Bfloat16* const cells = cast<Bfloat16>(of(a, kept_[3]));
    for_parts([&](const Part& part) {
      float* const product = own_floats(a, part, product_, 4 * units_);
      float* const state = own_floats(a, part, state_, units_);
      std::fill_n(state, part.count() * units_, 0.0F);
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        const Bfloat16* const before = s > 0 ? y + place(part, time(s - 1), units_) : nullptr;
        if (s > 0) multiply_forward(a, part, before, product);
        recurrent_loops().narrow_lstm_forward(
            rows_of(part, mask, t), {cast<Bfloat16>(a.inputs[0]) + 4 * now, s > 0 ? product : nullptr, gates + 4 * now,
                                     state, cells + now, before, y + now});
      }
      store_last(a, part, y);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0, state_ = 0;
};

// inputs kernel, y, gates, cells, perhaps mask, flows; outputs dx, dkernel.
template <class Sequence> class LstmGrad final : public Sequence {
 public:
  explicit LstmGrad(const Request& request) : inflow_(request.node) {
    this->settle(request, request.input(2).shape, 4, true);
    this->make_backward_product(request, 0);
    this->make_kernel_gradient(request, Sequence::dtype);
    sums_ = this->keep(request, 0);
    dh_ = this->reserve_floats(this->flow_width());
    dcell_ = this->reserve_floats(this->units_);
    if (request.output_used[0]) this->info_.in_place = {{2, 0}};
  }

 private:
  using T = typename Sequence::Element;
  using Part = typename Sequence::Part;

  void execute(const Arguments& a) override {
    T* const sums = cast<T>(this->of(a, sums_));
    this->for_parts([&](const Part& part) { run_back(a, part, sums); });
    this->multiply_kernel_gradient(a, a.inputs[1], sums);
  }

  void run_back(const Arguments& a, const Part& part, T* sums) {
    const int64_t units = this->units_, steps = this->steps_, width = this->flow_width();
    float* const dh = this->own_floats(a, part, dh_, width);
    float* const dcell = this->own_floats(a, part, dcell_, units);
    std::fill_n(dh, part.count() * width, 0.0F);
    std::fill_n(dcell, part.count() * units, 0.0F);
    const T* const gates = cast<T>(a.inputs[2]);
    const T* const cells = cast<T>(a.inputs[3]);
    for (int64_t s = steps - 1; s >= 0; --s) {
      const int64_t t = this->time(s);
      const int64_t now = this->place(part, t, units);
      T* const step = sums + 4 * now;
      backward_loops<T>().lstm(
          this->rows_of(part, inflow_.mask_of(a), t),
          {gates + 4 * now, cells + now, s > 0 ? cells + this->place(part, this->time(s - 1), units) : nullptr,
           element_of<T>(inflow_.y_of(a), now),
           s == steps - 1 ? element_of<T>(inflow_.last_of(a), this->place(part, 0, units)) : nullptr, dh, width, dcell,
           step});
      if (s > 0) this->multiply_backward(a, part, s, gates, step, dh);
    }
  }

  Inflow inflow_;
  typename Sequence::Kept sums_;
  int64_t dh_ = 0, dcell_ = 0;
};

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

}  // namespace

void register_lstm(KernelRegistry& registry) {
  registry.add("lstm", {computes_float32, make<Lstm>});
  registry.add("lstm", {computes_bfloat16, make<NarrowLstm>});
  registry.add("lstm_grad", {computes_float32_gradient, make<LstmGrad<PanelSequence>>});
  registry.add("lstm_grad", {computes_bfloat16_gradient, make<LstmGrad<NarrowSequence>>});
}

}  // namespace dltrain::backends::onednn
