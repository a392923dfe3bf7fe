#include "layers/support/recurrent.h"

#include "graph/ops.h"
#include "graph/recurrent.h"
#include "layers/support/axes.h"
#include "layers/support/channels.h"
#include "layers/support/options.h"

namespace dltrain::layers {

void RecurrentOptions::check_sequence(FieldReport& report) const {
  if (return_state) {
    report.error(
        "return_state", "a layer of a recipe gives one value, so there is no name for the state",
        "leave return_state out; the output of the last step is the state of GRU and SimpleRNN, and h of LSTM");
  }
  if (stateful) {
    report.error("stateful", "samples are drawn anew for each batch, so that a state of the batch before means nothing",
                 "leave stateful out, and give longer sequences");
  }
}

Value RecurrentOptions::kernel(Builder& b, Shape shape) const {
  return b.weight("kernel", std::move(shape), kernel_initializer, kernel_regularizer, kernel_constraint);
}

Value RecurrentOptions::recurrent_kernel(Builder& b, Shape shape) const {
  return b.weight("recurrent_kernel", std::move(shape), recurrent_initializer, recurrent_regularizer,
                  recurrent_constraint);
}

Value RecurrentOptions::bias(Builder& b, Shape shape, const Component& initializer) const {
  if (!use_bias) return {};
  return b.weight("bias", std::move(shape), initializer, bias_regularizer, bias_constraint);
}

bool RecurrentOptions::is_plain(const Builder& b) const {
  return activation.kind == "tanh" && (recurrent_dropout == 0 || !b.training());
}

void expect_sequence(const Builder& b, const Tensor& x) {
  expect_rank(b, x.value, 3, "sequences [N, steps, features]");
  if (x.mask && b.shape(*x.mask).rank() != 2) {
    b.fail("mask", "its mask must have one entry for each step (was " + sample_text(b.shape(*x.mask)) + ")",
           "put the layer right behind the Embedding with mask_zero");
  }
}

namespace {

int64_t stream_of(const Builder& b, const RecurrentOptions& options, const std::string& purpose) {
  return b.random_stream(options.seed ? purpose + " " + std::to_string(*options.seed) : purpose);
}

Value in_reverse(Builder& b, Value sequence) {
  std::vector<Value> steps;
  for (int64_t t = b.shape(sequence)[0] - 1; t >= 0; --t) steps.push_back(graph::step_of(b, sequence, t));
  return graph::stack_steps(b, steps);
}

}  // namespace

Value project(Builder& b, const RecurrentOptions& options, const Tensor& x, Value kernel, Value bias) {
  Value input = x.value;
  if (options.dropout > 0 && b.training())
    input = graph::dropout(b, input, options.dropout, stream_of(b, options, "dropout"), {-1, 1, -1});
  const Shape shape = b.shape(input);
  const Value rows = graph::reshape(b, graph::transpose(b, input, {1, 0, 2}), {shape[0] * shape[1], shape[2]});
  Value sums = graph::matmul(b, rows, kernel);
  if (bias.valid()) sums = graph::add(b, sums, bias);
  return graph::reshape(b, sums, {shape[1], shape[0], b.shape(kernel)[1]});
}

Value steps_first(Builder& b, const std::optional<Value>& mask) {
  return mask ? graph::transpose(b, *mask, {1, 0}) : Value{};
}

States run_steps(Builder& b, const RecurrentOptions& options, Value x, Value mask, bool has_cell,
                 const CellStep& step) {
  const Shape shape = b.shape(x);
  const Value zeros = graph::full(b, b.dtype(x), {shape[1], options.units}, 0);
  Value noise;
  if (options.recurrent_dropout > 0 && b.training()) {
    noise = graph::dropout(b, graph::full(b, b.dtype(x), {shape[1], options.units}, 1), options.recurrent_dropout,
                           stream_of(b, options, "recurrent_dropout"));
  }
  CellState state{zeros, has_cell ? zeros : Value{}};
  std::vector<Value> outputs(static_cast<size_t>(shape[0]));
  for (int64_t s = 0; s < shape[0]; ++s) {
    const int64_t t = graph::step_number(s, shape[0], options.go_backwards);
    const CellState seen{noise.valid() ? graph::mul(b, state.h, noise) : state.h, state.cell};
    CellState next = step(graph::step_of(b, x, t), seen);
    if (mask.valid()) {
      const Value takes_part = graph::step_of(b, mask, t);
      next.h = graph::select(b, takes_part, next.h, state.h);
      if (has_cell) next.cell = graph::select(b, takes_part, next.cell, state.cell);
    }
    state = next;
    outputs[static_cast<size_t>(t)] = state.h;
  }
  return {graph::stack_steps(b, outputs), state.h};
}

Tensor give(Builder& b, const RecurrentOptions& options, const States& states, const std::optional<Value>& mask) {
  Tensor result{states.last, {}};
  if (options.return_sequences) {
    const Value ordered = options.go_backwards ? in_reverse(b, states.all) : states.all;
    result = {graph::transpose(b, ordered, {1, 0, 2}), mask};
  }
  regularize_activity(b, options.activity_regularizer, result.value);
  return result;
}

}  // namespace dltrain::layers
