// LSTM: long short-term memory (Hochreiter and Schmidhuber 1997).
#include "graph/ops.h"
#include "graph/recurrent.h"
#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/support/recurrent.h"

namespace dltrain::layers {
namespace {

struct LSTM : RecurrentOptions {
  static constexpr auto kind = "LSTM";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::compute};
  Component recurrent_activation = named("activation", "sigmoid");
  bool unit_forget_bias = true;

  static void describe(auto& d) {
    d.doc(
        "Long short-term memory (Hochreiter and Schmidhuber 1997). Input [N, steps, features], output [N, units] of the "
        "last step, or of every step [N, steps, units]. Steps that a mask leaves out keep the state. Other functions "
        "than tanh and sigmoid, and recurrent_dropout, run step by step, which is slower.");
    describe_cell(d);
    d.param(&LSTM::recurrent_activation, "recurrent_activation", "of the gates").formerly("inner_activation");
    describe_weights(d);
    d.param(&LSTM::unit_forget_bias, "unit_forget_bias", "the bias of the forget gate begins with ones");
    describe_sequence(d);
  }
  void check(FieldReport& report) const { check_sequence(report); }

  Tensor build(Builder& b, const Tensor& x) const {
    expect_sequence(b, x);
    const Value input_kernel = kernel(b, {b.shape(x.value)[2], 4 * units});
    const Value state_kernel = recurrent_kernel(b, {units, 4 * units});
    const Value sums = project(b, *this, x, input_kernel, bias(b, {4 * units}, first_bias()));
    const Value mask = steps_first(b, x.mask);
    if (is_plain(b) && recurrent_activation.kind == "sigmoid") {
      const graph::LstmResult result = graph::lstm(b, sums, state_kernel, mask, go_backwards);
      return give(b, *this, {result.y, result.last}, x.mask);
    }
    const auto step = [&](Value input, const CellState& before) {
      const Value all = graph::add(b, input, graph::matmul(b, before.h, state_kernel));
      const auto gate = [&](int64_t number) {
        return activate(b, recurrent_activation, graph::columns_of(b, all, number, units));
      };
      const Value candidate = activate(b, activation, graph::columns_of(b, all, 2, units));
      const Value cell = graph::add(b, graph::mul(b, gate(1), before.cell), graph::mul(b, gate(0), candidate));
      return CellState{graph::mul(b, gate(3), activate(b, activation, cell)), cell};
    };
    return give(b, *this, run_steps(b, *this, sums, mask, true, step), x.mask);
  }

 private:
  Component first_bias() const {
    if (!unit_forget_bias) return bias_initializer;
    Component result = named("initializer", "UnitForgetBias");
    result.params.set("initializer", bias_initializer.setting());
    return result;
  }
};

}  // namespace

void register_lstm(LayerRegistry& registry) { add_layer<LSTM>(registry); }

}  // namespace dltrain::layers
