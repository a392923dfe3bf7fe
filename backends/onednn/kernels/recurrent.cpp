// LSTM and GRU over all steps, forward and backward. Samples are shared between threads, and each thread runs through
// all steps with its own, so that nobody waits between steps: a step is a product with the recurrent kernel, which is
// packed once, and a loop over the gates, forward for one vector of units after the other, whose sums stay in the first
// cache. The gradient of the recurrent kernel is one product over all steps at the end. (Why not the library's own cells: docs/decisions/0014-own-recurrent-cells.md.)
#include <dnnl.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "backends/onednn/kernel.h"
#include "backends/onednn/panels.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/transposed_product.h"
#include "backends/onednn/vector/recurrent.h"
#include "backends/onednn/vector/reduce.h"
#include "core/checked.h"
#include "graph/recurrent.h"

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

memory::desc matrix(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride = 1) {
  return {{rows, columns}, memory::data_type::f32, memory::dims{row_stride, column_stride}};
}

float* floats(void* pointer) { return static_cast<float*>(pointer); }
float* at(void* pointer, int64_t element) { return pointer == nullptr ? nullptr : floats(pointer) + element; }

// What all four have in common: sizes, how samples are divided, the product of a step.
class RecurrentKernel : public LibraryKernel {
 protected:
  struct Part {
    int64_t number;
    Range rows;
    int64_t count() const { return rows.end - rows.begin; }
  };

  // `input`: [T, N, gates * units].
  void settle(const Request& request, const Shape& input, int64_t gates, bool backward) {
    steps_ = input[0];
    samples_ = input[1];
    gates_ = gates;
    units_ = input[2] / gates;
    backwards_ = request.node.attributes.get<bool>("backwards");
    const double products = 2.0 * static_cast<double>(steps_ * samples_) * static_cast<double>(input[2] * units_);
    begin(request, backward ? 2 * products : products);
    const auto useful = static_cast<int64_t>(std::max(1.0, products / 4e6));
    parts_.resize(to_size(std::min({samples_, useful, int64_t{request.machine.threads}})));
    for (size_t p = 0; p < parts_.size(); ++p) {
      parts_[p] = {static_cast<int64_t>(p), part_of(samples_, static_cast<int>(parts_.size()), static_cast<int>(p))};
    }
  }

  // The recurrent kernel [units, gates * units], all gates of a vector of units together, so that they can be worked on
  // as soon as their sums are there.
  void pack_forward(const Request& request, int kernel_input) {
    std::vector<Panels::Columns> vectors;
    for (const Panels::Columns& units : Panels::in_order(units_)) {
      for (int64_t gate = 0; gate < gates_; ++gate) vectors.push_back({gate * units_ + units.begin, units.count});
    }
    panels_ = Panels(units_, std::move(vectors), gates_);
    describe_packed(request, kernel_input, gates_ * units_, 1);
  }

  // Its transpose [gates * units, units].
  void pack_backward(const Request& request, int kernel_input) {
    std::vector<Panels::Columns> vectors = Panels::in_order(units_);
    const auto count = static_cast<int64_t>(vectors.size());
    panels_ = Panels(gates_ * units_, std::move(vectors), count);
    describe_packed(request, kernel_input, 1, gates_ * units_);
  }

  // Units in whole vectors.
  int64_t padded_units() const { return divide_up(units_, Panels::lanes()) * Panels::lanes(); }

  // The gradient of the recurrent kernel: states [T - 1 steps]^T times gradients of products [T - 1 steps].
  void make_kernel_gradient(const Request& request) {
    if (steps_ == 1) return;
    use_threads(request.machine.threads);
    const int64_t width = gates_ * units_;
    const int64_t rows = (steps_ - 1) * samples_;
    if (TransposedProduct::pays(request.machine, rows, units_, width)) {
      tall_product_ = TransposedProduct(request.machine, rows, units_, width);
      gradient_scratchpad_ = reserve(to_size(tall_product_->scratch_bytes()));
      return;
    }
    const memory::desc states = matrix(units_, rows, 1, units_);
    const memory::desc flows = matrix(rows, width, width);
    const memory::desc to = matrix(units_, width, width);
    const dnnl::matmul::primitive_desc desc(engine(), states, flows, to, user_scratchpad());
    kernel_gradient_ = Primitive(dnnl::matmul(desc), {{DNNL_ARG_SRC, states},
                                                      {DNNL_ARG_WEIGHTS, flows},
                                                      {DNNL_ARG_DST, to},
                                                      {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
    gradient_scratchpad_ = reserve(desc.scratchpad_desc().get_size());
  }

  void fill_packed(const Arguments& a) override {
    panels_.pack(floats(a.inputs[to_size(kernel_input_)]), row_step_, column_step_, floats(a.packed));
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
    panels_.multiply(block, floats(a.packed), sides);
  }
  // dh [rows, padded units] += sums [rows, gates * units] times the transposed kernel.
  // `gates`: of all steps; those of the step before `s` are brought closer meanwhile.
  void multiply_backward(const Arguments& a, const Part& part, int64_t s, const float* gates, const float* sums,
                         float* dh) const {
    const int64_t width = gates_ * units_;
    panels_.multiply(0, floats(a.packed),
                     {part.count(), sums, width, dh, padded_units(), true, gates + place(part, time(s - 1), width),
                      part.count() * width});
  }

  // y holds the states [T, N, units], flows [T, N, gates * units].
  void multiply_kernel_gradient(const Arguments& a, float* y, float* flows, float* to) {
    const int64_t width = gates_ * units_;
    if (steps_ == 1) {
      std::fill_n(to, units_ * width, 0.0F);
      return;
    }
    float* const states = backwards_ ? y + samples_ * units_ : y;
    float* const behind = backwards_ ? flows : flows + samples_ * width;
    if (tall_product_) {
      tall_product_->run(states, behind, to, scratch(a, gradient_scratchpad_));
      return;
    }
    kernel_gradient_.run(std::array<void*, 4>{states, behind, to, scratch(a, gradient_scratchpad_)});
  }

  // Calls f(part) for each part of the samples, on as many threads.
  template <class F> void for_parts(const F& f) {
    in_parallel(static_cast<int>(parts_.size()), [&](int p) { f(parts_[static_cast<size_t>(p)]); });
  }
  // Calls f(number, units) for each vector of units.
  template <class F> void for_blocks(const F& f) const {
    for (int64_t first = 0, block = 0; first < units_; first += Panels::lanes(), ++block)
      f(block, StepUnits{first, std::min(Panels::lanes(), units_ - first)});
  }

  int64_t time(int64_t s) const { return graph::step_number(s, steps_, backwards_); }
  // Element where the rows of a part begin in step t of a sequence of rows of `width` numbers.
  int64_t place(const Part& part, int64_t t, int64_t width) const { return (t * samples_ + part.rows.begin) * width; }
  StepRows rows_of(const Part& part, const void* mask, int64_t t) const {
    const bool* all = static_cast<const bool*>(mask);
    return {part.count(), units_, all == nullptr ? nullptr : all + t * samples_ + part.rows.begin};
  }

  // An output, or scratch memory where nobody reads it.
  struct Kept {
    int64_t scratch = -1;  // offset; -1: the output
    int output = 0;
  };
  Kept keep(const Request& request, int output) {
    if (request.output_used[to_size(output)]) return {-1, output};
    return {reserve(to_size(request.output(to_size(output)).bytes())), output};
  }
  static float* of(const Arguments& a, const Kept& kept) {
    return floats(kept.scratch < 0 ? a.outputs[to_size(kept.output)] : scratch(a, kept.scratch));
  }

  int64_t steps_ = 0, samples_ = 0, gates_ = 0, units_ = 0;
  bool backwards_ = false;
  std::vector<Part> parts_;

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
  std::optional<TransposedProduct> tall_product_;
  Primitive kernel_gradient_;
  int64_t gradient_scratchpad_ = 0;
};

// inputs x, kernel, perhaps mask; outputs y, last, gates, cells.
class LstmForwardKernel final : public RecurrentKernel {
 public:
  explicit LstmForwardKernel(const Request& request) : masked_(request.node.inputs.size() > 2) {
    settle(request, request.input(0).shape, 4, false);
    pack_forward(request, 1);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve(to_size(samples_ * 4 * Panels::lanes()) * sizeof(float));
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[2] : nullptr;
    float* const y = of(a, kept_[0]);
    float* const gates = of(a, kept_[2]);
    float* const cells = of(a, kept_[3]);
    const float* const x = floats(a.inputs[0]);
    for_parts([&](const Part& part) {
      float* const product = at(scratch(a, product_), place(part, 0, 4 * Panels::lanes()));
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
      float* const last = at(a.outputs[1], place(part, 0, units_));
      if (last != nullptr) std::copy_n(y + place(part, time(steps_ - 1), units_), part.count() * units_, last);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0;
};

// What flows into y and last, of the inputs of a gradient.
struct Inflow {
  int mask = -1, y = -1, last = -1;

  explicit Inflow(const graph::Node& node) {
    int next = 4;
    if (node.attributes.get<bool>("masked")) mask = next++;
    for (const int64_t output : node.attributes.integers("flows")) (output == 0 ? y : last) = next++;
  }
  static void* of(const Arguments& a, int input) { return input < 0 ? nullptr : a.inputs[to_size(input)]; }
};

// inputs kernel, y, gates, cells, perhaps mask, flows; outputs dx, dkernel.
class LstmGradKernel final : public RecurrentKernel {
 public:
  explicit LstmGradKernel(const Request& request) : inflow_(request.node) {
    settle(request, request.input(2).shape, 4, true);
    pack_backward(request, 0);
    if (request.output_used[1]) make_kernel_gradient(request);
    sums_ = keep(request, 0);
    dh_ = reserve(to_size(samples_ * padded_units()) * sizeof(float));
    dcell_ = reserve(to_size(samples_ * units_) * sizeof(float));
    if (request.output_used[0]) info_.in_place = {{2, 0}};
  }

 private:
  void execute(const Arguments& a) override {
    float* const sums = of(a, sums_);
    float* const y = floats(a.inputs[1]);
    for_parts([&](const Part& part) { run_back(a, part, sums); });
    if (a.outputs[1] != nullptr) multiply_kernel_gradient(a, y, sums, floats(a.outputs[1]));
  }

  void run_back(const Arguments& a, const Part& part, float* sums) {
    const int64_t own = place(part, 0, units_);
    float* const dh = at(scratch(a, dh_), place(part, 0, padded_units()));
    float* const dcell = at(scratch(a, dcell_), own);
    std::fill_n(dh, part.count() * padded_units(), 0.0F);
    std::fill_n(dcell, part.count() * units_, 0.0F);
    const float* const cells = floats(a.inputs[3]);
    for (int64_t s = steps_ - 1; s >= 0; --s) {
      const int64_t t = time(s);
      const int64_t now = place(part, t, units_);
      float* const step = sums + 4 * now;
      recurrent_loops().lstm_backward(
          rows_of(part, Inflow::of(a, inflow_.mask), t),
          {floats(a.inputs[2]) + 4 * now, cells + now, s > 0 ? cells + place(part, time(s - 1), units_) : nullptr,
           at(Inflow::of(a, inflow_.y), now), s == steps_ - 1 ? at(Inflow::of(a, inflow_.last), own) : nullptr, dh,
           padded_units(), dcell, step});
      if (s > 0) multiply_backward(a, part, s, floats(a.inputs[2]), step, dh);
    }
  }

  Inflow inflow_;
  Kept sums_;
  int64_t dh_ = 0, dcell_ = 0;
};

// inputs x, kernel, bias, perhaps mask; outputs y, last, gates, products.
class GruForwardKernel final : public RecurrentKernel {
 public:
  explicit GruForwardKernel(const Request& request) : masked_(request.node.inputs.size() > 3) {
    settle(request, request.input(0).shape, 3, false);
    pack_forward(request, 1);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve(to_size(samples_ * 3 * Panels::lanes()) * sizeof(float));
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[3] : nullptr;
    float* const y = of(a, kept_[0]);
    float* const gates = of(a, kept_[2]);
    float* const inner = of(a, kept_[3]);
    const float* const x = floats(a.inputs[0]);
    for_parts([&](const Part& part) {
      float* const product = at(scratch(a, product_), place(part, 0, 3 * Panels::lanes()));
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        const float* const before = s > 0 ? y + place(part, time(s - 1), units_) : nullptr;
        const GruForward step = {
            x + 3 * now, s > 0 ? product : nullptr, floats(a.inputs[2]), before, gates + 3 * now, inner + now, y + now};
        for_blocks([&](int64_t block, const StepUnits& units) {
          if (s > 0) multiply_forward(a, part, s, block, x, before, product);
          recurrent_loops().gru_forward(rows_of(part, mask, t), units, step);
        });
      }
      float* const last = at(a.outputs[1], place(part, 0, units_));
      if (last != nullptr) std::copy_n(y + place(part, time(steps_ - 1), units_), part.count() * units_, last);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0;
};

// inputs kernel, y, gates, products, perhaps mask, flows; outputs dx, dkernel, dbias.
class GruGradKernel final : public RecurrentKernel {
 public:
  explicit GruGradKernel(const Request& request) : inflow_(request.node) {
    settle(request, request.input(2).shape, 3, true);
    pack_backward(request, 0);
    if (request.output_used[1]) make_kernel_gradient(request);
    dx_ = keep(request, 0);
    dh_ = reserve(to_size(samples_ * padded_units()) * sizeof(float));
    products_ = reserve(to_size(request.input(2).bytes()));
    sums_ = reserve(parts_.size() * to_size(3 * units_) * sizeof(double));
    if (request.output_used[0]) info_.in_place = {{2, 0}};
  }

 private:
  void execute(const Arguments& a) override {
    float* const products = floats(scratch(a, products_));
    auto* const sums = static_cast<double*>(scratch(a, sums_));
    for_parts([&](const Part& part) { run_back(a, part, products, sums + part.number * 3 * units_); });
    if (a.outputs[1] != nullptr) multiply_kernel_gradient(a, floats(a.inputs[1]), products, floats(a.outputs[1]));
    if (a.outputs[2] == nullptr) return;
    for (int64_t i = 0; i < 3 * units_; ++i) {
      double sum = 0;
      for (size_t p = 0; p < parts_.size(); ++p) sum += sums[static_cast<int64_t>(p) * 3 * units_ + i];
      floats(a.outputs[2])[i] = static_cast<float>(sum);
    }
  }

  void run_back(const Arguments& a, const Part& part, float* products, double* sums) {
    const int64_t own = place(part, 0, units_);
    const int64_t rows = part.count();
    float* const dh = at(scratch(a, dh_), place(part, 0, padded_units()));
    float* const dx = of(a, dx_);
    const float* const y = floats(a.inputs[1]);
    std::fill_n(dh, rows * padded_units(), 0.0F);
    std::fill_n(sums, 3 * units_, 0.0);
    for (int64_t s = steps_ - 1; s >= 0; --s) {
      const int64_t t = time(s);
      const int64_t now = place(part, t, units_);
      float* const step = products + 3 * now;
      recurrent_loops().gru_backward(
          rows_of(part, Inflow::of(a, inflow_.mask), t),
          {floats(a.inputs[2]) + 3 * now, floats(a.inputs[3]) + now,
           s > 0 ? y + place(part, time(s - 1), units_) : nullptr, at(Inflow::of(a, inflow_.y), now),
           s == steps_ - 1 ? at(Inflow::of(a, inflow_.last), own) : nullptr, dh, padded_units(), dx + 3 * now, step});
      add_columns(step, rows, 3 * units_, 3 * units_, sums);
      if (s > 0) multiply_backward(a, part, s, floats(a.inputs[2]), step, dh);
    }
  }

  Inflow inflow_;
  Kept dx_;
  int64_t dh_ = 0, products_ = 0, sums_ = 0;
};

Support accepts_forward(const Request& request) { return only_float32(request, request.op() == "gru" ? 3 : 2); }

Support accepts_grad(const Request& request) {
  for (const int64_t output : request.node.attributes.integers("flows")) {
    if (output > 1) return {false, "it computes no gradients of gradients"};
  }
  return only_float32(request, 4);
}

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

}  // namespace

void register_recurrent(KernelRegistry& registry) {
  registry.add("lstm", {accepts_forward, make<LstmForwardKernel>});
  registry.add("lstm_grad", {accepts_grad, make<LstmGradKernel>});
  registry.add("gru", {accepts_forward, make<GruForwardKernel>});
  registry.add("gru_grad", {accepts_grad, make<GruGradKernel>});
}

}  // namespace dltrain::backends::onednn
