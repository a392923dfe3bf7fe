// LSTM and GRU over all steps, forward and backward. Samples are shared between threads, and each thread runs through
// all steps with its own, so that nobody waits between steps: a step is one product with the recurrent kernel, which is
// packed once, and one loop over the gates. The gradient of the recurrent kernel is one product over all steps at the
// end. (Why not the library's own cells: docs/decisions/0014-own-recurrent-cells.md.)
#include <dnnl.hpp>

#include <algorithm>
#include <array>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/primitive.h"
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
    Primitive product;
    Range rows;
    int64_t scratchpad = 0;
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
  }

  // The product of a step, with the recurrent kernel [units, gates * units] or its transpose; `adds` to what is there.
  void make_products(const Request& request, int kernel_input, bool transposed, bool adds) {
    use_threads(1);
    const int64_t width = gates_ * units_;
    const memory::desc plain = transposed ? matrix(width, units_, 1, width) : matrix(units_, width, width);
    memory::desc weights(plain.get_dims(), memory::data_type::f32, memory::format_tag::any);
    for (size_t p = 0; p < parts_.size(); ++p) {
      Part& part = parts_[p];
      part.rows = part_of(samples_, static_cast<int>(parts_.size()), static_cast<int>(p));
      const int64_t rows = part.rows.end - part.rows.begin;
      const memory::desc from = transposed ? matrix(rows, width, width) : matrix(rows, units_, units_);
      const memory::desc to = transposed ? matrix(rows, units_, units_) : matrix(rows, width, width);
      dnnl::primitive_attr attributes = user_scratchpad();
      if (adds) {
        dnnl::post_ops sum;
        sum.append_sum(1);
        attributes.set_post_ops(sum);
      }
      const dnnl::matmul::primitive_desc desc(engine(), from, weights, to, attributes);
      weights = desc.weights_desc();
      part.product = Primitive(dnnl::matmul(desc), {{DNNL_ARG_SRC, from},
                                                    {DNNL_ARG_WEIGHTS, weights},
                                                    {DNNL_ARG_DST, to},
                                                    {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}});
      part.scratchpad = reserve(desc.scratchpad_desc().get_size());
      if (p == 0) info_.implementation = "own cell over " + std::string(desc.impl_info_str());
    }
    kernel_input_ = kernel_input;
    reorder_ = make_reorder(plain, weights);
    if (!reorder_) return;
    info_.packed_bytes = static_cast<int64_t>(weights.get_size());
    info_.packed_inputs = {kernel_input};
    info_.packed_layout = layout_text(plain, weights);
    const StateUse use = state_use(request.graph, request.node.inputs[to_size(kernel_input)]);
    info_.reorders = !use.is_state || use.changes ? 1 : 0;
  }

  // The gradient of the recurrent kernel: states [T - 1 steps]^T times gradients of products [T - 1 steps].
  void make_kernel_gradient(const Request& request) {
    if (steps_ == 1) return;
    use_threads(request.machine.threads);
    const int64_t width = gates_ * units_;
    const int64_t rows = (steps_ - 1) * samples_;
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
    if (reorder_) reorder_.run(std::array{a.inputs[to_size(kernel_input_)], a.packed});
  }

  void multiply(const Arguments& a, Part& part, const float* from, float* to) {
    void* const weights = reorder_ ? a.packed : a.inputs[to_size(kernel_input_)];
    part.product.run(std::array<void*, 4>{const_cast<float*>(from), weights, to, scratch(a, part.scratchpad)});
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
    kernel_gradient_.run(std::array<void*, 4>{states, behind, to, scratch(a, gradient_scratchpad_)});
  }

  // Calls f(part) for each part of the samples, on as many threads.
  template <class F> void for_parts(const F& f) {
    in_parallel(static_cast<int>(parts_.size()), [&](int p) { f(parts_[static_cast<size_t>(p)]); });
  }

  int64_t time(int64_t s) const { return graph::step_number(s, steps_, backwards_); }
  // Element where the rows of a part begin in step t of a sequence of rows of `width` numbers.
  int64_t place(const Part& part, int64_t t, int64_t width) const { return (t * samples_ + part.rows.begin) * width; }
  StepRows rows_of(const Part& part, const void* mask, int64_t t) const {
    const bool* all = static_cast<const bool*>(mask);
    return {part.rows.end - part.rows.begin, units_, all == nullptr ? nullptr : all + t * samples_ + part.rows.begin};
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
  Primitive reorder_;
  Primitive kernel_gradient_;
  int64_t gradient_scratchpad_ = 0;
  int kernel_input_ = 0;
};

// inputs x, kernel, perhaps mask; outputs y, last, gates, cells.
class LstmForwardKernel final : public RecurrentKernel {
 public:
  explicit LstmForwardKernel(const Request& request) : masked_(request.node.inputs.size() > 2) {
    settle(request, request.input(0).shape, 4, false);
    make_products(request, 1, false, true);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[2] : nullptr;
    float* const y = of(a, kept_[0]);
    float* const gates = of(a, kept_[2]);
    float* const cells = of(a, kept_[3]);
    const float* const x = floats(a.inputs[0]);
    for_parts([&](Part& part) {
      const int64_t rows = part.rows.end - part.rows.begin;
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        float* const sums = gates + place(part, t, 4 * units_);
        const float* const from = x + place(part, t, 4 * units_);
        if (sums != from) std::copy_n(from, rows * 4 * units_, sums);
        const int64_t before = place(part, time(s - 1), units_);
        if (s > 0) multiply(a, part, y + before, sums);
        const int64_t now = place(part, t, units_);
        recurrent_loops().lstm_forward(rows_of(part, mask, t), {sums, s > 0 ? cells + before : nullptr,
                                                                s > 0 ? y + before : nullptr, cells + now, y + now});
      }
      float* const last = at(a.outputs[1], place(part, 0, units_));
      if (last != nullptr) std::copy_n(y + place(part, time(steps_ - 1), units_), rows * units_, last);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
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
    make_products(request, 0, true, true);
    if (request.output_used[1]) make_kernel_gradient(request);
    sums_ = keep(request, 0);
    dh_ = reserve(to_size(samples_ * units_) * sizeof(float));
    dcell_ = reserve(to_size(samples_ * units_) * sizeof(float));
    if (request.output_used[0]) info_.in_place = {{2, 0}};
  }

 private:
  void execute(const Arguments& a) override {
    float* const sums = of(a, sums_);
    float* const y = floats(a.inputs[1]);
    for_parts([&](Part& part) { run_back(a, part, sums); });
    if (a.outputs[1] != nullptr) multiply_kernel_gradient(a, y, sums, floats(a.outputs[1]));
  }

  void run_back(const Arguments& a, Part& part, float* sums) {
    const int64_t own = place(part, 0, units_);
    const int64_t count = (part.rows.end - part.rows.begin) * units_;
    float* const dh = at(scratch(a, dh_), own);
    float* const dcell = at(scratch(a, dcell_), own);
    std::fill_n(dh, count, 0.0F);
    std::fill_n(dcell, count, 0.0F);
    const float* const cells = floats(a.inputs[3]);
    for (int64_t s = steps_ - 1; s >= 0; --s) {
      const int64_t t = time(s);
      const int64_t now = place(part, t, units_);
      float* const step = sums + 4 * now;
      recurrent_loops().lstm_backward(
          rows_of(part, Inflow::of(a, inflow_.mask), t),
          {floats(a.inputs[2]) + 4 * now, cells + now, s > 0 ? cells + place(part, time(s - 1), units_) : nullptr,
           at(Inflow::of(a, inflow_.y), now), s == steps_ - 1 ? at(Inflow::of(a, inflow_.last), own) : nullptr, dh,
           dcell, step});
      if (s > 0) multiply(a, part, step, dh);
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
    make_products(request, 1, false, false);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve(to_size(samples_ * 3 * units_) * sizeof(float));
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[3] : nullptr;
    float* const y = of(a, kept_[0]);
    float* const gates = of(a, kept_[2]);
    float* const inner = of(a, kept_[3]);
    for_parts([&](Part& part) {
      float* const product = at(scratch(a, product_), place(part, 0, 3 * units_));
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        const float* const before = s > 0 ? y + place(part, time(s - 1), units_) : nullptr;
        if (s > 0) multiply(a, part, before, product);
        recurrent_loops().gru_forward(rows_of(part, mask, t),
                                      {floats(a.inputs[0]) + 3 * now, s > 0 ? product : nullptr, floats(a.inputs[2]),
                                       before, gates + 3 * now, inner + now, y + now});
      }
      float* const last = at(a.outputs[1], place(part, 0, units_));
      const int64_t rows = part.rows.end - part.rows.begin;
      if (last != nullptr) std::copy_n(y + place(part, time(steps_ - 1), units_), rows * units_, last);
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
    make_products(request, 0, true, true);
    if (request.output_used[1]) make_kernel_gradient(request);
    dx_ = keep(request, 0);
    dh_ = reserve(to_size(samples_ * units_) * sizeof(float));
    products_ = reserve(to_size(request.input(2).bytes()));
    sums_ = reserve(parts_.size() * to_size(3 * units_) * sizeof(double));
    if (request.output_used[0]) info_.in_place = {{2, 0}};
  }

 private:
  void execute(const Arguments& a) override {
    float* const products = floats(scratch(a, products_));
    auto* const sums = static_cast<double*>(scratch(a, sums_));
    for_parts([&](Part& part) { run_back(a, part, products, sums + (&part - parts_.data()) * 3 * units_); });
    if (a.outputs[1] != nullptr) multiply_kernel_gradient(a, floats(a.inputs[1]), products, floats(a.outputs[1]));
    if (a.outputs[2] == nullptr) return;
    for (int64_t i = 0; i < 3 * units_; ++i) {
      double sum = 0;
      for (size_t p = 0; p < parts_.size(); ++p) sum += sums[static_cast<int64_t>(p) * 3 * units_ + i];
      floats(a.outputs[2])[i] = static_cast<float>(sum);
    }
  }

  void run_back(const Arguments& a, Part& part, float* products, double* sums) {
    const int64_t own = place(part, 0, units_);
    const int64_t rows = part.rows.end - part.rows.begin;
    float* const dh = at(scratch(a, dh_), own);
    float* const dx = of(a, dx_);
    const float* const y = floats(a.inputs[1]);
    std::fill_n(dh, rows * units_, 0.0F);
    std::fill_n(sums, 3 * units_, 0.0);
    for (int64_t s = steps_ - 1; s >= 0; --s) {
      const int64_t t = time(s);
      const int64_t now = place(part, t, units_);
      float* const step = products + 3 * now;
      recurrent_loops().gru_backward(
          rows_of(part, Inflow::of(a, inflow_.mask), t),
          {floats(a.inputs[2]) + 3 * now, floats(a.inputs[3]) + now,
           s > 0 ? y + place(part, time(s - 1), units_) : nullptr, at(Inflow::of(a, inflow_.y), now),
           s == steps_ - 1 ? at(Inflow::of(a, inflow_.last), own) : nullptr, dh, dx + 3 * now, step});
      add_columns(step, rows, 3 * units_, 3 * units_, sums);
      if (s > 0) multiply(a, part, step, dh);
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
