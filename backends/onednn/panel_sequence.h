// Recurrent kernels of float32. The recurrent kernel is packed once, and a step multiplies with it forward for one vector
// of units after the other, whose sums stay in the first cache until the loop over the gates has read them. (Why not the
// library's own cells: docs/decisions/0014-own-recurrent-cells.md.)
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "backends/onednn/panels.h"
#include "backends/onednn/recurrent_sequence.h"

namespace dltrain::backends::onednn {

class PanelSequence : public RecurrentSequence {
 protected:
  using Element = float;
  static constexpr DType dtype = DType::f32;

  // The recurrent kernel [units, gates * units], all gates of a vector of units together, so that they can be worked on
  // as soon as their sums are there.
  void make_forward_product(const Request& request, int kernel_input) {
    std::vector<Panels::Columns> vectors;
    for (const Panels::Columns& units : Panels::in_order(units_)) {
      for (int64_t gate = 0; gate < gates_; ++gate) vectors.push_back({gate * units_ + units.begin, units.count});
    }
    panels_ = Panels(units_, std::move(vectors), gates_);
    describe_packed(request, kernel_input, gates_ * units_, 1);
  }

  // Its transpose [gates * units, units].
  void make_backward_product(const Request& request, int kernel_input) {
    std::vector<Panels::Columns> vectors = Panels::in_order(units_);
    const auto count = static_cast<int64_t>(vectors.size());
    panels_ = Panels(gates_ * units_, std::move(vectors), count);
    describe_packed(request, kernel_input, 1, gates_ * units_);
  }

  // Units in whole vectors: the width of rows of flows.
  int64_t flow_width() const { return divide_up(units_, Panels::lanes()) * Panels::lanes(); }

  void fill_packed(const Arguments& a) override {
    panels_.pack(static_cast<const float*>(a.inputs[to_size(kernel_input_)]), row_step_, column_step_,
                 static_cast<float*>(a.packed));
  }

  // product [rows, gates * lanes] = state times the kernel's columns for vector `block` of the units.
  // `x`: the input of step `s`; that of the next one is brought closer meanwhile.
  void multiply_forward(const Arguments& a, const Part& part, int64_t s, int64_t block, const float* x,
                        const float* state, float* product) const {
    const int64_t width = gates_ * Panels::lanes();
    Panels::Sides sides{part.count(), state, units_, product, width, false};
    if (s + 1 < steps_) {
      sides.ahead_floats = part.count() * width;
      sides.ahead = x + place(part, time(s + 1), gates_ * units_) + block * sides.ahead_floats;
    }
    panels_.multiply(block, static_cast<float*>(a.packed), sides);
  }
  // dh [rows, flow width] += sums [rows, gates * units] times the transposed kernel.
  // `gates`: of all steps; those of the step before `s` are brought closer meanwhile.
  void multiply_backward(const Arguments& a, const Part& part, int64_t s, const float* gates, const float* sums,
                         float* dh) const {
    const int64_t width = gates_ * units_;
    panels_.multiply(0, static_cast<float*>(a.packed),
                     {part.count(), sums, width, dh, flow_width(), true, gates + place(part, time(s - 1), width),
                      part.count() * width});
  }

  // Calls f(number, units) for each vector of units.
  template <class F> void for_blocks(const F& f) const {
    for (int64_t first = 0, block = 0; first < units_; first += Panels::lanes(), ++block)
      f(block, StepUnits{first, std::min(Panels::lanes(), units_ - first)});
  }

 private:
  void describe_packed(const Request& request, int kernel_input, int64_t row_step, int64_t column_step) {
    kernel_input_ = kernel_input;
    row_step_ = row_step;
    column_step_ = column_step;
    info_.packed_bytes = checked_multiply(panels_.floats(), sizeof(float));
    info_.packed_inputs = {kernel_input};
    info_.packed_layout = panels_.layout() + " by " + std::to_string(row_step) + ", " + std::to_string(column_step);
    const StateUse use = state_use(request.graph, request.node.inputs[to_size(kernel_input)]);
    info_.reorders = !use.is_state || use.changes ? 1 : 0;
  }

  Panels panels_;
  int kernel_input_ = 0;
  int64_t row_step_ = 0, column_step_ = 0;
};

}  // namespace dltrain::backends::onednn
