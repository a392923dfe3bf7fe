// lstm: all steps of a long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000) but for the product
// with its input, which is one matmul over all steps before it. Steps come first: x [T, N, 4 units], which holds the
// four gates input, forget, candidate, output, bias included. From zero states,
//   a = x[t] + h U,  i, f, o = sigmoid(a_i, a_f, a_o),  g = tanh(a_g),  c = f c + i g,  h = o tanh(c).
#include <array>

#include "graph/infer.h"
#include "graph/ops.h"
#include "graph/recurrent.h"

namespace dltrain::graph {

LstmResult lstm(Builder& b, Value x, Value kernel, Value mask, bool backwards) {
  std::vector<Value> inputs = {x, kernel};
  if (mask.valid()) inputs.push_back(mask);
  const std::vector<Value> outputs = b.emit_all("lstm", std::move(inputs), {{"backwards", backwards}});
  return {outputs[0], outputs[1]};
}

namespace {

constexpr int64_t gate_count = 4;

std::vector<ValueType> infer_lstm(const InferContext& c) {
  expect(c.inputs.size() == 2 || c.inputs.size() == 3, "an LSTM takes an input, a kernel and perhaps a mask");
  const ValueType& x = c.inputs[0];
  expect_float(x, "an LSTM");
  expect(x.shape.rank() == 3 && x.shape[2] % gate_count == 0,
         "an LSTM needs an input [steps, samples, 4 units] (was " + x.text() + ")");
  const int64_t units = x.shape[2] / gate_count;
  const ValueType kernel{x.dtype, {units, gate_count * units}};
  expect(is_same_or_wide(c.inputs[1], kernel), "an LSTM with the input " + x.text() + " needs a kernel " +
                                                   kernel.text() + " (was " + c.inputs[1].text() + ")");
  const ValueType mask{DType::boolean, {x.shape[0], x.shape[1]}};
  expect(c.inputs.size() == 2 || c.inputs[2] == mask,
         "an LSTM with the input " + x.text() + " needs a mask " + mask.text());
  const ValueType states{x.dtype, {x.shape[0], x.shape[1], units}};
  return {states, {x.dtype, {x.shape[1], units}}, x, states};
}

struct Gates {
  Value input, forget, candidate, output;
};

Gates gates_of(Builder& b, Value row, int64_t units) {
  return {columns_of(b, row, 0, units), columns_of(b, row, 1, units), columns_of(b, row, 2, units),
          columns_of(b, row, 3, units)};
}

std::vector<Value> expand_lstm(Builder& b, const Node& node) {
  const Shape shape = b.shape(node.inputs[0]);
  const int64_t units = shape[2] / gate_count;
  std::vector<Value> outputs(static_cast<size_t>(shape[0])), gates(outputs.size()), cells(outputs.size());
  Value h;
  Value cell;
  for (int64_t s = 0; s < shape[0]; ++s) {
    const int64_t t = step_number(s, shape[0], node.attributes.get<bool>("backwards"));
    const Value recurrent = h.valid() ? matmul(b, h, node.inputs[1]) : Value{};
    const Gates sums = gates_of(b, add_if(b, step_of(b, node.inputs[0], t), recurrent), units);
    const Gates g = {sigmoid(b, sums.input), sigmoid(b, sums.forget), tanh(b, sums.candidate), sigmoid(b, sums.output)};
    Value next = mul(b, g.input, g.candidate);
    if (cell.valid()) next = add(b, mul(b, g.forget, cell), next);
    Value output = mul(b, g.output, tanh(b, next));
    if (node.inputs.size() == 3) {
      const Value mask = step_of(b, node.inputs[2], t);
      next = where(b, mask, next, cell);
      output = where(b, mask, output, h);
    }
    cell = next;
    h = output;
    const auto at = static_cast<size_t>(t);
    outputs[at] = h;
    cells[at] = cell;
    gates[at] = concat(b, {g.input, g.forget, g.candidate, g.output}, 1);
  }
  return {stack_steps(b, outputs), h, stack_steps(b, gates), stack_steps(b, cells)};
}

// --- gradient: kernel, y, gates, cells, the mask where there is one, and what flows into the outputs that `flows`
// lists.

std::vector<ValueType> infer_grad(const InferContext& c) {
  const size_t flows = c.attributes.integers("flows").size();
  const bool masked = c.attributes.get<bool>("masked");
  if (c.inputs.size() != 4 + flows + (masked ? 1 : 0) || flows == 0) throw Bug("the gradient of an LSTM lacks inputs");
  return {c.inputs[2], c.inputs[0]};
}

void lstm_gradient(GradientContext& c) {
  std::vector<Value> inputs = {c.input(1), c.output(0), c.output(2), c.output(3)};
  const bool masked = c.input_count() == 3;
  if (masked) inputs.push_back(c.input(2));
  std::vector<int64_t> flows;
  for (int64_t i = 0; i < 4; ++i) {
    const Value flow = c.gradient(static_cast<size_t>(i));
    if (!flow.valid()) continue;
    flows.push_back(i);
    inputs.push_back(flow);
  }
  const std::vector<Value> gradients = c.builder().emit_all(
      "lstm_grad", std::move(inputs),
      {{"backwards", c.attributes().get<bool>("backwards")}, {"masked", masked}, {"flows", std::move(flows)}});
  c.set(0, gradients[0]);
  c.set(1, gradients[1]);
}

// The parts of the gradient's inputs.
struct Flows {
  Value mask, y, last, gates, cells;
};

Flows flows_of(const Node& node) {
  Flows flows;
  size_t at = 4;
  if (node.attributes.get<bool>("masked")) flows.mask = node.inputs[at++];
  for (const int64_t output : node.attributes.integers("flows")) {
    const std::array<Value*, 4> all = {&flows.y, &flows.last, &flows.gates, &flows.cells};
    *all[static_cast<size_t>(output)] = node.inputs[at++];
  }
  return flows;
}

Value slope_of_sigmoid(Builder& b, Value y) { return mul(b, y, sub(b, full(b, b.dtype(y), {}, 1), y)); }
Value slope_of_tanh(Builder& b, Value y) { return sub(b, full(b, b.dtype(y), {}, 1), square(b, y)); }

// What flows from one step to the one before it.
struct StateFlow {
  Value h, cell;
};

// One step back: the gradient of its sums [N, 4 units]. `flow` is that of the state behind the step, and becomes that of
// the state before it, but for what goes through the sums.
Value step_back(Builder& b, const Gates& g, Value cell, Value cell_before, Value mask, Value gates_flow,
                StateFlow& flow) {
  const StateFlow behind = flow;
  Value dh = behind.h;
  Value dc = behind.cell;
  if (mask.valid()) {
    if (dh.valid()) dh = where(b, mask, dh, {});
    if (dc.valid()) dc = where(b, mask, dc, {});
  }
  const Value bent = tanh(b, cell);
  const Value zeros = full(b, b.dtype(cell), b.shape(cell), 0);
  if (!dh.valid()) dh = zeros;
  dc = add_if(b, mul(b, dh, mul(b, g.output, slope_of_tanh(b, bent))), dc);
  Gates d = {mul(b, dc, g.candidate), cell_before.valid() ? mul(b, dc, cell_before) : zeros, mul(b, dc, g.input),
             mul(b, dh, bent)};
  if (gates_flow.valid()) {
    const Gates more = gates_of(b, gates_flow, b.shape(cell)[1]);
    d = {add(b, d.input, more.input), add(b, d.forget, more.forget), add(b, d.candidate, more.candidate),
         add(b, d.output, more.output)};
  }
  flow = {Value{}, mul(b, dc, g.forget)};
  if (mask.valid()) {
    if (behind.h.valid()) flow.h = where(b, mask, {}, behind.h);
    if (behind.cell.valid()) flow.cell = add(b, flow.cell, where(b, mask, {}, behind.cell));
  }
  return concat(b,
                {mul(b, d.input, slope_of_sigmoid(b, g.input)), mul(b, d.forget, slope_of_sigmoid(b, g.forget)),
                 mul(b, d.candidate, slope_of_tanh(b, g.candidate)), mul(b, d.output, slope_of_sigmoid(b, g.output))},
                1);
}

std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const Value kernel = node.inputs[0];
  const Value y = node.inputs[1];
  const Value cells = node.inputs[3];
  const Flows flows = flows_of(node);
  const int64_t steps = b.shape(y)[0];
  const int64_t units = b.shape(y)[2];
  const bool backwards = node.attributes.get<bool>("backwards");
  const auto step = [&](Value sequence, int64_t t) { return sequence.valid() ? step_of(b, sequence, t) : Value{}; };
  std::vector<Value> dx(static_cast<size_t>(steps)), before, behind;
  StateFlow flow{flows.last, {}};
  for (int64_t s = steps - 1; s >= 0; --s) {
    const int64_t t = step_number(s, steps, backwards);
    const int64_t previous = step_number(s - 1, steps, backwards);
    flow = {add_if(b, flow.h, step(flows.y, t)), add_if(b, flow.cell, step(flows.cells, t))};
    const Value sums =
        step_back(b, gates_of(b, step(node.inputs[2], t), units), step(cells, t),
                  s > 0 ? step(cells, previous) : Value{}, step(flows.mask, t), step(flows.gates, t), flow);
    dx[static_cast<size_t>(t)] = sums;
    if (s == 0) break;
    flow.h = add_if(b, matmul(b, sums, kernel, false, true), flow.h);
    before.push_back(step(y, previous));
    behind.push_back(sums);
  }
  const Value dkernel = before.empty()
                            ? full(b, b.dtype(kernel), b.shape(kernel), 0)
                            : matmul(b, concat(b, before, 0), concat(b, behind, 0), true, false, b.dtype(kernel));
  return {stack_steps(b, dx), dkernel};
}

}  // namespace

void register_lstm(OpRegistry& registry) {
  registry.add({.name = "lstm",
                .doc = "x [T, N, 4 units], kernel [units, 4 units], perhaps a mask [T, N] -> y [T, N, units], its last "
                       "step [N, units], gates as x, cells as y: an LSTM whose input is multiplied already; gates "
                       "input, forget, candidate, output. Where the mask is false a sample keeps its state. backwards: "
                       "from the last step to the first",
                .infer = infer_lstm,
                .gradient = lstm_gradient,
                .expand = expand_lstm,
                .precision = Precision::low,
                .weights = {1}});
  registry.add({.name = "lstm_grad",
                .doc = "kernel, y, gates, cells, perhaps a mask, what flows into the outputs `flows` -> dx, dkernel of "
                       "lstm",
                .infer = infer_grad,
                .expand = expand_grad,
                .precision = Precision::low,
                .weights = {0}});
}

}  // namespace dltrain::graph
