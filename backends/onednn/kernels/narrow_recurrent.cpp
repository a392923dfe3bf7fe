// LSTM and GRU of bfloat16 over all steps, forward and backward. As kernels/recurrent.cpp, each thread runs through all
// steps with samples of its own; a step is one product of the library with all gates at once, which matrix units do in
// the time that rounding for smaller pieces would take, and one loop over the gates. Sums and what goes from step to step
// are float32.
#include <dnnl.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/vector/elementwise.h"
#include "backends/onednn/vector/narrow_recurrent.h"
#include "backends/onednn/vector/reduce.h"
#include "core/checked.h"
#include "graph/recurrent.h"

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

memory::desc matrix(DType dtype, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride = 1) {
  return {{rows, columns}, data_type_of(dtype), memory::dims{row_stride, column_stride}};
}

Bfloat16* narrow(void* pointer) { return static_cast<Bfloat16*>(pointer); }
float* floats(void* pointer) { return static_cast<float*>(pointer); }
Bfloat16* at(void* pointer, int64_t element) { return pointer == nullptr ? nullptr : narrow(pointer) + element; }

// What all four have in common: sizes, how samples are divided, the product of a step.
class NarrowRecurrent : public LibraryKernel {
 protected:
  struct Part {
    Primitive product;
    Range rows;
    int64_t scratchpad = 0;
    int64_t number = 0;
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
  }

  // The product of a step in float32, with the recurrent kernel [units, gates * units] or its transpose; `adds` to what
  // is there.
  void make_products(const Request& request, int kernel_input, bool transposed) {
    use_threads(1);
    const int64_t width = gates_ * units_;
    const DType kept = request.input(to_size(kernel_input)).dtype;
    const memory::desc plain = transposed ? matrix(kept, width, units_, 1, width) : matrix(kept, units_, width, width);
    memory::desc weights(plain.get_dims(), memory::data_type::bf16, memory::format_tag::any);
    for (size_t p = 0; p < parts_.size(); ++p) {
      Part& part = parts_[p];
      part.number = static_cast<int64_t>(p);
      part.rows = part_of(samples_, static_cast<int>(parts_.size()), static_cast<int>(p));
      const int64_t from_width = transposed ? width : units_, to_width = transposed ? units_ : width;
      const memory::desc from = matrix(DType::bf16, part.count(), from_width, from_width);
      const memory::desc to = matrix(DType::f32, part.count(), to_width, to_width);
      dnnl::primitive_attr attributes = user_scratchpad();
      if (transposed) {
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
    if (!request.output_used[1] || steps_ == 1) return;
    use_threads(request.machine.threads);
    const int64_t width = gates_ * units_;
    const int64_t rows = (steps_ - 1) * samples_;
    const memory::desc states = matrix(DType::bf16, units_, rows, 1, units_);
    const memory::desc flows = matrix(DType::bf16, rows, width, width);
    const memory::desc to = matrix(request.output(1).dtype, units_, width, width);
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

  void multiply(const Arguments& a, Part& part, const Bfloat16* from, float* to) {
    void* const weights = reorder_ ? a.packed : a.inputs[to_size(kernel_input_)];
    part.product.run(std::array<void*, 4>{const_cast<Bfloat16*>(from), weights, to, scratch(a, part.scratchpad)});
  }

  // y holds the states [T, N, units], flows [T, N, gates * units].
  void multiply_kernel_gradient(const Arguments& a, Bfloat16* y, Bfloat16* flows) {
    if (a.outputs[1] == nullptr) return;
    if (steps_ == 1) {
      std::memset(a.outputs[1], 0, gradient_bytes_);
      return;
    }
    Bfloat16* const states = backwards_ ? y + samples_ * units_ : y;
    Bfloat16* const behind = backwards_ ? flows : flows + samples_ * gates_ * units_;
    kernel_gradient_.run(std::array<void*, 4>{states, behind, a.outputs[1], scratch(a, gradient_scratchpad_)});
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
    return {part.count(), units_, all == nullptr ? nullptr : all + t * samples_ + part.rows.begin};
  }
  // Floats of scratch memory for every sample; where those of a part begin.
  int64_t reserve_floats(int64_t width) { return reserve(to_size(samples_ * width) * sizeof(float)); }
  float* own_floats(const Arguments& a, const Part& part, int64_t offset, int64_t width) const {
    return floats(scratch(a, offset)) + part.rows.begin * width;
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
  static Bfloat16* of(const Arguments& a, const Kept& kept) {
    return narrow(kept.scratch < 0 ? a.outputs[to_size(kept.output)] : scratch(a, kept.scratch));
  }
  void store_last(const Arguments& a, const Part& part, const Bfloat16* y) const {
    Bfloat16* const last = at(a.outputs[1], place(part, 0, units_));
    if (last != nullptr) std::copy_n(y + place(part, time(steps_ - 1), units_), part.count() * units_, last);
  }

  int64_t steps_ = 0, samples_ = 0, gates_ = 0, units_ = 0;
  bool backwards_ = false;
  size_t gradient_bytes_ = 0;  // of the recurrent kernel
  std::vector<Part> parts_;

 private:
  Primitive reorder_;
  Primitive kernel_gradient_;
  int64_t gradient_scratchpad_ = 0;
  int kernel_input_ = 0;
};

// inputs x, kernel, perhaps mask; outputs y, last, gates, cells.
class NarrowLstm final : public NarrowRecurrent {
 public:
  explicit NarrowLstm(const Request& request) : masked_(request.node.inputs.size() > 2) {
    settle(request, request.input(0).shape, 4, false);
    make_products(request, 1, false);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve_floats(4 * units_);
    state_ = reserve_floats(units_);
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[2] : nullptr;
    Bfloat16* const y = of(a, kept_[0]);
    Bfloat16* const gates = of(a, kept_[2]);
    Bfloat16* const cells = of(a, kept_[3]);
    for_parts([&](Part& part) {
      float* const product = own_floats(a, part, product_, 4 * units_);
      float* const state = own_floats(a, part, state_, units_);
      std::fill_n(state, part.count() * units_, 0.0F);
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        const Bfloat16* const before = s > 0 ? y + place(part, time(s - 1), units_) : nullptr;
        if (s > 0) multiply(a, part, before, product);
        narrow_recurrent_loops().lstm_forward(
            rows_of(part, mask, t), {narrow(a.inputs[0]) + 4 * now, s > 0 ? product : nullptr, gates + 4 * now, state,
                                     cells + now, before, y + now});
      }
      store_last(a, part, y);
    });
  }

  bool masked_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0, state_ = 0;
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
class NarrowLstmGrad final : public NarrowRecurrent {
 public:
  explicit NarrowLstmGrad(const Request& request) : inflow_(request.node) {
    settle(request, request.input(2).shape, 4, true);
    make_products(request, 0, true);
    make_kernel_gradient(request);
    gradient_bytes_ = to_size(request.output(1).bytes());
    sums_ = keep(request, 0);
    dh_ = reserve_floats(units_);
    dcell_ = reserve_floats(units_);
    if (request.output_used[0]) info_.in_place = {{2, 0}};
  }

 private:
  void execute(const Arguments& a) override {
    Bfloat16* const sums = of(a, sums_);
    for_parts([&](Part& part) { run_back(a, part, sums); });
    multiply_kernel_gradient(a, narrow(a.inputs[1]), sums);
  }

  void run_back(const Arguments& a, Part& part, Bfloat16* sums) {
    float* const dh = own_floats(a, part, dh_, units_);
    float* const dcell = own_floats(a, part, dcell_, units_);
    std::fill_n(dh, part.count() * units_, 0.0F);
    std::fill_n(dcell, part.count() * units_, 0.0F);
    const Bfloat16* const cells = narrow(a.inputs[3]);
    for (int64_t s = steps_ - 1; s >= 0; --s) {
      const int64_t t = time(s);
      const int64_t now = place(part, t, units_);
      Bfloat16* const step = sums + 4 * now;
      narrow_recurrent_loops().lstm_backward(
          rows_of(part, Inflow::of(a, inflow_.mask), t),
          {narrow(a.inputs[2]) + 4 * now, cells + now, s > 0 ? cells + place(part, time(s - 1), units_) : nullptr,
           at(Inflow::of(a, inflow_.y), now),
           s == steps_ - 1 ? at(Inflow::of(a, inflow_.last), place(part, 0, units_)) : nullptr, dh, dcell, step});
      if (s > 0) multiply(a, part, step, dh);
    }
  }

  Inflow inflow_;
  Kept sums_;
  int64_t dh_ = 0, dcell_ = 0;
};

// inputs x, kernel, bias, perhaps mask; outputs y, last, gates, products.
class NarrowGru final : public NarrowRecurrent {
 public:
  explicit NarrowGru(const Request& request)
      : masked_(request.node.inputs.size() > 3), narrow_bias_(request.input(2).dtype == DType::bf16) {
    settle(request, request.input(0).shape, 3, false);
    make_products(request, 1, false);
    for (int i : {0, 2, 3}) kept_[to_size(i)] = keep(request, i);
    product_ = reserve_floats(3 * units_);
    state_ = reserve_floats(units_);
    bias_ = reserve(to_size(3 * units_) * sizeof(float));
    if (request.output_used[2]) info_.in_place = {{0, 2}};
  }

 private:
  void execute(const Arguments& a) override {
    const void* const mask = masked_ ? a.inputs[3] : nullptr;
    Bfloat16* const y = of(a, kept_[0]);
    Bfloat16* const gates = of(a, kept_[2]);
    Bfloat16* const inner = of(a, kept_[3]);
    const float* bias = floats(a.inputs[2]);
    if (narrow_bias_) {
      conversion_loop(true)({{a.inputs[2]}, {1}, scratch(a, bias_), 3 * units_, nullptr});
      bias = floats(scratch(a, bias_));
    }
    for_parts([&](Part& part) {
      float* const product = own_floats(a, part, product_, 3 * units_);
      float* const state = own_floats(a, part, state_, units_);
      std::fill_n(state, part.count() * units_, 0.0F);
      for (int64_t s = 0; s < steps_; ++s) {
        const int64_t t = time(s);
        const int64_t now = place(part, t, units_);
        if (s > 0) multiply(a, part, y + place(part, time(s - 1), units_), product);
        narrow_recurrent_loops().gru_forward(
            rows_of(part, mask, t), {narrow(a.inputs[0]) + 3 * now, s > 0 ? product : nullptr, bias, gates + 3 * now,
                                     inner + now, state, y + now});
      }
      store_last(a, part, y);
    });
  }

  bool masked_, narrow_bias_;
  std::array<Kept, 4> kept_;
  int64_t product_ = 0, state_ = 0, bias_ = 0;
};

// inputs kernel, y, gates, products, perhaps mask, flows; outputs dx, dkernel, dbias.
class NarrowGruGrad final : public NarrowRecurrent {
 public:
  explicit NarrowGruGrad(const Request& request)
      : inflow_(request.node), narrow_bias_(request.output(2).dtype == DType::bf16) {
    settle(request, request.input(2).shape, 3, true);
    make_products(request, 0, true);
    make_kernel_gradient(request);
    gradient_bytes_ = to_size(request.output(1).bytes());
    dx_ = keep(request, 0);
    dh_ = reserve_floats(units_);
    products_ = reserve(to_size(request.input(2).bytes()));
    sums_ = reserve(parts_.size() * to_size(3 * units_) * sizeof(double));
    if (request.output_used[0]) info_.in_place = {{2, 0}};
  }

 private:
  void execute(const Arguments& a) override {
    Bfloat16* const products = narrow(scratch(a, products_));
    auto* const sums = static_cast<double*>(scratch(a, sums_));
    for_parts([&](Part& part) { run_back(a, part, products, sums + part.number * 3 * units_); });
    multiply_kernel_gradient(a, narrow(a.inputs[1]), products);
    if (a.outputs[2] == nullptr) return;
    for (int64_t i = 0; i < 3 * units_; ++i) {
      double sum = 0;
      for (size_t p = 0; p < parts_.size(); ++p) sum += sums[static_cast<int64_t>(p) * 3 * units_ + i];
      if (narrow_bias_) narrow(a.outputs[2])[i] = rounded<Bfloat16>(static_cast<float>(sum));
      else floats(a.outputs[2])[i] = static_cast<float>(sum);
    }
  }

  void run_back(const Arguments& a, Part& part, Bfloat16* products, double* sums) {
    float* const dh = own_floats(a, part, dh_, units_);
    Bfloat16* const dx = of(a, dx_);
    const Bfloat16* const y = narrow(a.inputs[1]);
    std::fill_n(dh, part.count() * units_, 0.0F);
    std::fill_n(sums, 3 * units_, 0.0);
    for (int64_t s = steps_ - 1; s >= 0; --s) {
      const int64_t t = time(s);
      const int64_t now = place(part, t, units_);
      Bfloat16* const step = products + 3 * now;
      narrow_recurrent_loops().gru_backward(
          rows_of(part, Inflow::of(a, inflow_.mask), t),
          {narrow(a.inputs[2]) + 3 * now, narrow(a.inputs[3]) + now,
           s > 0 ? y + place(part, time(s - 1), units_) : nullptr, at(Inflow::of(a, inflow_.y), now),
           s == steps_ - 1 ? at(Inflow::of(a, inflow_.last), place(part, 0, units_)) : nullptr, dh, dx + 3 * now,
           step});
      add_columns(step, part.count(), 3 * units_, 3 * units_, sums);
      if (s > 0) multiply(a, part, step, dh);
    }
  }

  Inflow inflow_;
  bool narrow_bias_;
  Kept dx_;
  int64_t dh_ = 0, products_ = 0, sums_ = 0;
};

Support accepts_forward(const Request& request) {
  if (request.input(0).dtype == DType::bf16) return {};
  return {false, "it computes in bfloat16 (was " + request.input(0).text() + ")"};
}

Support accepts_grad(const Request& request) {
  for (const int64_t output : request.node.attributes.integers("flows")) {
    if (output > 1) return {false, "it computes no gradients of gradients"};
  }
  if (request.input(1).dtype == DType::bf16) return {};
  return {false, "it computes in bfloat16 (was " + request.input(1).text() + ")"};
}

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

}  // namespace

void register_narrow_recurrent(KernelRegistry& registry) {
  registry.add("lstm", {accepts_forward, make<NarrowLstm>});
  registry.add("lstm_grad", {accepts_grad, make<NarrowLstmGrad>});
  registry.add("gru", {accepts_forward, make<NarrowGru>});
  registry.add("gru_grad", {accepts_grad, make<NarrowGruGrad>});
}

}  // namespace dltrain::backends::onednn
