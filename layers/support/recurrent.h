// What recurrent layers share: their parameters, the product of all steps with the kernel, running a cell step by step,
// and what becomes of the states. Sequences are [N, steps, features] outside and [steps, N, features] inside.
#pragma once

#include <functional>

#include "core/describe.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct RecurrentOptions {
  int64_t units = 1;
  Component activation = named("activation", "tanh");
  bool use_bias = true;
  Component kernel_initializer = named("initializer", "GlorotUniform");
  Component recurrent_initializer = named("initializer", "Orthogonal");
  Component bias_initializer = named("initializer", "Zeros");
  std::optional<Component> kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer;
  std::optional<Component> kernel_constraint, recurrent_constraint, bias_constraint;
  double dropout = 0;
  double recurrent_dropout = 0;
  std::optional<int64_t> seed;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;

  static void describe_cell(auto& d) {
    using Self = RecurrentOptions;
    d.param(&Self::units, "units", "width of the state and the output").required().at_least(1).formerly("output_dim");
    d.param(&Self::activation, "activation", "applied to the candidate and the state");
  }
  static void describe_weights(auto& d) {
    using Self = RecurrentOptions;
    d.param(&Self::use_bias, "use_bias", "add learned offsets");
    d.param(&Self::kernel_initializer, "kernel_initializer", "first values of the kernel of the input")
        .formerly("init");
    d.param(&Self::recurrent_initializer, "recurrent_initializer", "first values of the kernel of the state")
        .formerly("inner_init");
    d.param(&Self::bias_initializer, "bias_initializer", "first values of the bias");
    d.param(&Self::kernel_regularizer, "kernel_regularizer", "what the kernel of the input adds to the loss")
        .formerly("W_regularizer")
        .family("regularizer");
    d.param(&Self::recurrent_regularizer, "recurrent_regularizer", "what the kernel of the state adds to the loss")
        .formerly("U_regularizer")
        .family("regularizer");
    d.param(&Self::bias_regularizer, "bias_regularizer", "what the bias adds to the loss")
        .formerly("b_regularizer")
        .family("regularizer");
    d.param(&Self::activity_regularizer, "activity_regularizer", "what the output adds to the loss, per sample")
        .family("regularizer");
    d.param(&Self::kernel_constraint, "kernel_constraint", "where the kernel of the input is moved after each update")
        .family("constraint");
    d.param(&Self::recurrent_constraint, "recurrent_constraint",
            "where the kernel of the state is moved after each update")
        .family("constraint");
    d.param(&Self::bias_constraint, "bias_constraint", "where the bias is moved after each update")
        .family("constraint");
  }
  static void describe_sequence(auto& d) {
    using Self = RecurrentOptions;
    d.param(&Self::dropout, "dropout", "share of the inputs that become zero in training, the same in all steps")
        .formerly("dropout_W")
        .at_least(0)
        .less_than(1);
    d.param(&Self::recurrent_dropout, "recurrent_dropout",
            "share of the states that become zero in training, the same in all steps; runs step by step")
        .formerly("dropout_U")
        .at_least(0)
        .less_than(1);
    d.param(&Self::seed, "seed", "tells its random numbers from those of other layers");
    d.param(&Self::return_sequences, "return_sequences", "give the output of every step, not of the last one alone");
    d.param(&Self::return_state, "return_state", "give the state beside the output; only false");
    d.param(&Self::go_backwards, "go_backwards", "run from the last step to the first; outputs come in that order");
    d.param(&Self::stateful, "stateful", "go on with the state of the batch before; only false");
  }
  void check_sequence(FieldReport& report) const;

  // The weights, in Keras' order: kernel, recurrent_kernel, bias.
  Value kernel(Builder& b, Shape shape) const;
  Value recurrent_kernel(Builder& b, Shape shape) const;
  Value bias(Builder& b, Shape shape, const Component& initializer) const;

  // Whether the state is left as it is between steps, and the function is that which fused cells compute.
  bool is_plain(const Builder& b) const;
};

// Fails unless x is [N, steps, features] and its mask, if any, [N, steps].
void expect_sequence(const Builder& b, const Tensor& x);

// The steps of x, with dropout, times the kernel [features, width], plus the bias [width] if valid: [steps, N, width].
Value project(Builder& b, const RecurrentOptions& options, const Tensor& x, Value kernel, Value bias);

// The mask with its steps first; not valid without one.
Value steps_first(Builder& b, const std::optional<Value>& mask);

// All states [steps, N, units] where they belong in time, and the one that was computed last [N, units].
struct States {
  Value all, last;
};

// What a cell carries from step to step; LSTM's alone has a second part.
struct CellState {
  Value h, cell;
};
using CellStep = std::function<CellState(Value x, const CellState& before)>;

// Runs a cell from zeros over x [steps, N, width], node by node, for what no fused op computes. The step sees h after
// recurrent dropout; masked samples keep their state.
States run_steps(Builder& b, const RecurrentOptions& options, Value x, Value mask, bool has_cell, const CellStep& step);

// What the layer gives of its states.
Tensor give(Builder& b, const RecurrentOptions& options, const States& states, const std::optional<Value>& mask);

}  // namespace dltrain::layers
