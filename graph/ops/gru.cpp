// gru: all steps of a gated recurrent unit (Cho et al. 2014) in the form whose reset gate works on the product (Keras:
// reset_after), but for the product with its input, which is one matmul over all steps before it. Steps come first:
// x [T, N, 3 units], which holds update gate, reset gate and candidate, bias included. From zero states,
//   p = h U + bias,  z, r = sigmoid(x_z + p_z, x_r + p_r),  g = tanh(x_g + r p_g),  h = z h + (1 - z) g.
#include <array>

#include "graph/infer.h"
#include "graph/ops.h"
#include "graph/recurrent.h"

namespace dltrain::graph {

GruResult gru(Builder& b, Value x, Value kernel, Value bias, Value mask, bool backwards) {
  std::vector<Value> inputs = {x, kernel, bias};
  if (mask.valid()) inputs.push_back(mask);
  const std::vector<Value> outputs = b.emit_all("gru", std::move(inputs), {{"backwards", backwards}});
  return {outputs[0], outputs[1]};
}

namespace {

constexpr int64_t gate_count = 3;

std::vector<ValueType> infer_gru(const InferContext& c) {
  expect(c.inputs.size() == 3 || c.inputs.size() == 4, "a GRU takes an input, a kernel, a bias and perhaps a mask");
  const ValueType& x = c.inputs[0];
  expect_float(x, "a GRU");
  expect(x.shape.rank() == 3 && x.shape[2] % gate_count == 0,
         "a GRU needs an input [steps, samples, 3 units] (was " + x.text() + ")");
  const int64_t units = x.shape[2] / gate_count;
  const ValueType kernel{x.dtype, {units, gate_count * units}};
  const ValueType bias{x.dtype, {gate_count * units}};
  const bool fits = is_same_or_wide(c.inputs[1], kernel) && is_same_or_wide(c.inputs[2], bias) &&
                    c.inputs[1].dtype == c.inputs[2].dtype;
  expect(fits, "a GRU with the input " + x.text() + " needs a kernel " + kernel.text() + " and a bias " + bias.text() +
                   " (were " + c.inputs[1].text() + " and " + c.inputs[2].text() + ")");
  const ValueType mask{DType::boolean, {x.shape[0], x.shape[1]}};
  expect(c.inputs.size() == 3 || c.inputs[3] == mask,
         "a GRU with the input " + x.text() + " needs a mask " + mask.text());
  const ValueType states{x.dtype, {x.shape[0], x.shape[1], units}};
  return {states, {x.dtype, {x.shape[1], units}}, x, states};
}

struct Gates {
  Value update, reset, candidate;
};

Gates gates_of(Builder& b, Value row, int64_t units) {
  return {columns_of(b, row, 0, units), columns_of(b, row, 1, units), columns_of(b, row, 2, units)};
}

Value one_minus(Builder& b, Value x) { return sub(b, full(b, b.dtype(x), {}, 1), x); }

std::vector<Value> expand_gru(Builder& b, const Node& node) {
  const Shape shape = b.shape(node.inputs[0]);
  const int64_t units = shape[2] / gate_count;
  const Value bias = cast(b, node.inputs[2], b.dtype(node.inputs[0]));
  std::vector<Value> outputs(static_cast<size_t>(shape[0])), gates(outputs.size()), products(outputs.size());
  Value h;
  for (int64_t s = 0; s < shape[0]; ++s) {
    const int64_t t = step_number(s, shape[0], node.attributes.get<bool>("backwards"));
    const Value product =
        h.valid() ? add(b, matmul(b, h, node.inputs[1]), bias) : broadcast_to(b, bias, {shape[1], shape[2]});
    const Gates x = gates_of(b, step_of(b, node.inputs[0], t), units);
    const Gates p = gates_of(b, product, units);
    const Value z = sigmoid(b, add(b, x.update, p.update));
    const Value r = sigmoid(b, add(b, x.reset, p.reset));
    const Value g = tanh(b, add(b, x.candidate, mul(b, r, p.candidate)));
    Value next = mul(b, one_minus(b, z), g);
    if (h.valid()) next = add(b, mul(b, z, h), next);
    if (node.inputs.size() == 4) next = where(b, step_of(b, node.inputs[3], t), next, h);
    h = next;
    const auto at = static_cast<size_t>(t);
    outputs[at] = h;
    gates[at] = concat(b, {z, r, g}, 1);
    products[at] = p.candidate;
  }
  return {stack_steps(b, outputs), h, stack_steps(b, gates), stack_steps(b, products)};
}

// --- gradient: kernel, y, gates, products, the mask where there is one, and what flows into the outputs that `flows`
// lists.

std::vector<ValueType> infer_grad(const InferContext& c) {
  const size_t flows = c.attributes.integers("flows").size();
  const bool masked = c.attributes.get<bool>("masked");
  if (c.inputs.size() != 4 + flows + (masked ? 1 : 0) || flows == 0) throw Bug("the gradient of a GRU lacks inputs");
  return {c.inputs[2], c.inputs[0], {c.inputs[0].dtype, {c.inputs[0].shape[1]}}};
}

void gru_gradient(GradientContext& c) {
  std::vector<Value> inputs = {c.input(1), c.output(0), c.output(2), c.output(3)};
  const bool masked = c.input_count() == 4;
  if (masked) inputs.push_back(c.input(3));
  std::vector<int64_t> flows;
  for (int64_t i = 0; i < 4; ++i) {
    const Value flow = c.gradient(static_cast<size_t>(i));
    if (!flow.valid()) continue;
    flows.push_back(i);
    inputs.push_back(flow);
  }
  const std::vector<Value> gradients = c.builder().emit_all(
      "gru_grad", std::move(inputs),
      {{"backwards", c.attributes().get<bool>("backwards")}, {"masked", masked}, {"flows", std::move(flows)}});
  for (size_t i = 0; i < 3; ++i) c.set(i, gradients[i]);
}

struct Flows {
  Value mask, y, last, gates, products;
};

Flows flows_of(const Node& node) {
  Flows flows;
  size_t at = 4;
  if (node.attributes.get<bool>("masked")) flows.mask = node.inputs[at++];
  for (const int64_t output : node.attributes.integers("flows")) {
    const std::array<Value*, 4> all = {&flows.y, &flows.last, &flows.gates, &flows.products};
    *all[static_cast<size_t>(output)] = node.inputs[at++];
  }
  return flows;
}

// Gradients of one step's x and product, [N, 3 units] each.
struct SumFlows {
  Value x, product;
};

// One step back. `dh` is what flows into the state behind the step, and becomes what flows into the state before it, but
// for what goes through the product.
SumFlows step_back(Builder& b, const Gates& g, Value product, Value before, Value mask, Value gates_flow,
                   Value product_flow, Value& dh) {
  const Value zeros = full(b, b.dtype(product), b.shape(product), 0);
  const Value flow = dh.valid() ? dh : zeros;
  const Value active = mask.valid() ? where(b, mask, flow, {}) : flow;
  Gates d = {mul(b, active, before.valid() ? sub(b, before, g.candidate) : neg(b, g.candidate)), Value{},
             mul(b, active, one_minus(b, g.update))};
  Gates more;
  if (gates_flow.valid()) more = gates_of(b, gates_flow, b.shape(product)[1]);
  const Value candidate = mul(b, add_if(b, d.candidate, more.candidate), one_minus(b, square(b, g.candidate)));
  d.reset = add_if(b, mul(b, candidate, product), more.reset);
  d.update = add_if(b, d.update, more.update);
  const Value update = mul(b, d.update, mul(b, g.update, one_minus(b, g.update)));
  const Value reset = mul(b, d.reset, mul(b, g.reset, one_minus(b, g.reset)));
  const Value inner = add_if(b, mul(b, candidate, g.reset), product_flow);
  dh = mul(b, active, g.update);
  if (mask.valid()) dh = add(b, dh, where(b, mask, {}, flow));
  return {concat(b, {update, reset, candidate}, 1), concat(b, {update, reset, inner}, 1)};
}

std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const Value kernel = node.inputs[0];
  const Value y = node.inputs[1];
  const Flows flows = flows_of(node);
  const int64_t steps = b.shape(y)[0];
  const int64_t units = b.shape(y)[2];
  const bool backwards = node.attributes.get<bool>("backwards");
  const auto step = [&](Value sequence, int64_t t) { return sequence.valid() ? step_of(b, sequence, t) : Value{}; };
  std::vector<Value> dx(static_cast<size_t>(steps)), before, products;
  Value dh = flows.last;
  for (int64_t s = steps - 1; s >= 0; --s) {
    const int64_t t = step_number(s, steps, backwards);
    const Value previous = s > 0 ? step(y, step_number(s - 1, steps, backwards)) : Value{};
    dh = add_if(b, dh, step(flows.y, t));
    const SumFlows d = step_back(b, gates_of(b, step(node.inputs[2], t), units), step(node.inputs[3], t), previous,
                                 step(flows.mask, t), step(flows.gates, t), step(flows.products, t), dh);
    dx[static_cast<size_t>(t)] = d.x;
    products.push_back(d.product);
    if (s == 0) break;
    dh = add(b, dh, matmul(b, d.product, kernel, false, true));
    before.push_back(previous);
  }
  const Value dbias = reduce_sum(b, concat(b, products, 0), {0}, false, b.dtype(kernel));
  products.pop_back();  // the first step has no state before it
  const Value dkernel = before.empty()
                            ? full(b, b.dtype(kernel), b.shape(kernel), 0)
                            : matmul(b, concat(b, before, 0), concat(b, products, 0), true, false, b.dtype(kernel));
  return {stack_steps(b, dx), dkernel, dbias};
}

}  // namespace

void register_gru(OpRegistry& registry) {
  registry.add({.name = "gru",
                .doc = "x [T, N, 3 units], kernel [units, 3 units], bias [3 units], perhaps a mask [T, N] -> y [T, N, "
                       "units], its last step [N, units], gates as x, candidate products as y: a GRU whose input is "
                       "multiplied already; gates update, reset, candidate. Where the mask is false a sample keeps its "
                       "state. backwards: from the last step to the first",
                .infer = infer_gru,
                .gradient = gru_gradient,
                .expand = expand_gru,
                .precision = Precision::low,
                .weights = {1, 2}});
  registry.add({.name = "gru_grad",
                .doc =
                    "kernel, y, gates, candidate products, perhaps a mask, what flows into the outputs `flows` -> dx, "
                    "dkernel, dbias of gru",
                .infer = infer_grad,
                .expand = expand_grad,
                .precision = Precision::low,
                .weights = {0}});
}

}  // namespace dltrain::graph
