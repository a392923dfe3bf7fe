// GRU: gated recurrent unit (Cho et al. 2014).
#include "graph/ops.h"
#include "graph/recurrent.h"
#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/support/recurrent.h"

namespace dltrain::layers {
namespace {

struct GRU : RecurrentOptions {
  static constexpr auto kind = "GRU";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::compute};
  Component recurrent_activation = named("activation", "sigmoid");
  bool reset_after = true;

  static void describe(auto& d) {
    d.doc(
        "Gated recurrent unit (Cho et al. 2014). Input [N, steps, features], output [N, units] of the last step, or of "
        "every step [N, steps, units]. Steps that a mask leaves out keep the state. Other functions than tanh and "
        "sigmoid, recurrent_dropout, and reset_after = false run step by step, which is slower.");
    describe_cell(d);
    d.param(&GRU::recurrent_activation, "recurrent_activation", "of the gates").formerly("inner_activation");
    describe_weights(d);
    describe_sequence(d);
    d.param(&GRU::reset_after, "reset_after", "the reset gate works on the state's product, not on the state");
  }
  void check(FieldReport& report) const { check_sequence(report); }

  Tensor build(Builder& b, const Tensor& x) const {
    expect_sequence(b, x);
    const Value input_kernel = kernel(b, {b.shape(x.value)[2], 3 * units});
    const Value state_kernel = recurrent_kernel(b, {units, 3 * units});
    const Value both = bias(b, reset_after ? Shape{2, 3 * units} : Shape{3 * units}, bias_initializer);
    const bool two = both.valid() && reset_after;  // of the input and of the state
    const Value sums = project(b, *this, x, input_kernel, two ? row(b, both, 0) : both);
    const Value mask = steps_first(b, x.mask);
    const Value state_bias = two ? row(b, both, 1) : graph::full(b, b.real(), {3 * units}, 0);
    if (is_plain(b) && reset_after && recurrent_activation.kind == "sigmoid") {
      const graph::GruResult result = graph::gru(b, sums, state_kernel, state_bias, mask, go_backwards);
      return give(b, *this, {result.y, result.last}, x.mask);
    }
    const auto step = [&](Value input, const CellState& before) {
      return CellState{next_state(b, input, before.h, state_kernel, state_bias), {}};
    };
    return give(b, *this, run_steps(b, *this, sums, mask, false, step), x.mask);
  }

 private:
  Value row(Builder& b, Value x, int64_t number) const {
    return graph::reshape(b, graph::slice(b, x, {number, 0}, {1, 3 * units}), {3 * units});
  }

  Value next_state(Builder& b, Value x, Value h, Value state_kernel, Value state_bias) const {
    const auto gate = [&](Value product, int64_t number) {
      const Value sum = graph::add(b, graph::columns_of(b, x, number, units), product);
      return activate(b, recurrent_activation, sum);
    };
    Value update, inner;
    if (reset_after) {
      const Value product = graph::add(b, graph::matmul(b, h, state_kernel), state_bias);
      update = gate(graph::columns_of(b, product, 0, units), 0);
      const Value reset = gate(graph::columns_of(b, product, 1, units), 1);
      inner = graph::mul(b, reset, graph::columns_of(b, product, 2, units));
    } else {
      const auto product = [&](Value state, int64_t number) {
        return graph::matmul(b, state, graph::columns_of(b, state_kernel, number, units));
      };
      update = gate(product(h, 0), 0);
      inner = product(graph::mul(b, gate(product(h, 1), 1), h), 2);
    }
    const Value candidate = activate(b, activation, graph::add(b, graph::columns_of(b, x, 2, units), inner));
    return graph::add(b, candidate, graph::mul(b, update, graph::sub(b, h, candidate)));
  }
};

}  // namespace

void register_gru(LayerRegistry& registry) { add_layer<GRU>(registry); }

}  // namespace dltrain::layers
