// SimpleRNN: the state is a function of the input and the state before (Elman 1990).
#include "graph/ops.h"
#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/support/recurrent.h"

namespace dltrain::layers {
namespace {

struct SimpleRNN : RecurrentOptions {
  static constexpr auto kind = "SimpleRNN";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc(
        "h = activation(x kernel + h recurrent_kernel + bias) (Elman 1990). Input [N, steps, features], output [N, "
        "units] of the last step, or of every step [N, steps, units]. Steps that a mask leaves out keep the state.");
    describe_cell(d);
    describe_weights(d);
    describe_sequence(d);
  }
  void check(FieldReport& report) const { check_sequence(report); }

  Tensor build(Builder& b, const Tensor& x) const {
    expect_sequence(b, x);
    const Value input_kernel = kernel(b, {b.shape(x.value)[2], units});
    const Value state_kernel = recurrent_kernel(b, {units, units});
    const Value sums = project(b, *this, x, input_kernel, bias(b, {units}, bias_initializer));
    const auto step = [&](Value input, const CellState& before) {
      return CellState{activate(b, activation, graph::add(b, input, graph::matmul(b, before.h, state_kernel))), {}};
    };
    return give(b, *this, run_steps(b, *this, sums, steps_first(b, x.mask), false, step), x.mask);
  }
};

}  // namespace

void register_simple_rnn(LayerRegistry& registry) { add_layer<SimpleRNN>(registry); }

}  // namespace dltrain::layers
