// softmax and log_softmax over the last axis, with gradients from their outputs.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value softmax(Builder& b, Value x) { return b.emit("softmax", {x}); }
Value log_softmax(Builder& b, Value x) { return b.emit("log_softmax", {x}); }

namespace {

std::vector<ValueType> infer_softmax(const InferContext& c) {
  expect_inputs(c, 1);
  expect_float(c.inputs[0], "softmax");
  expect(c.inputs[0].shape.rank() >= 1, "softmax needs an axis to sum over (was a scalar)");
  return {c.inputs[0]};
}

std::vector<ValueType> infer_gradient(const InferContext& c) {
  expect_inputs(c, 2);
  if (c.inputs[0] != c.inputs[1]) throw Bug("the gradient of softmax differs in type from its value");
  return {c.inputs[1]};
}

// x less its maximum, which changes neither function and keeps the exponentials at 1 or below.
Value shifted(Builder& b, Value x) { return sub(b, x, reduce_max(b, x, {-1}, true)); }

std::vector<Value> expand_softmax(Builder& b, const Node& node) {
  const Value powers = exp(b, shifted(b, node.inputs[0]));
  return {div(b, powers, reduce_sum(b, powers, {-1}, true))};
}

std::vector<Value> expand_log_softmax(Builder& b, const Node& node) {
  const Value x = shifted(b, node.inputs[0]);
  return {sub(b, x, log(b, reduce_sum(b, exp(b, x), {-1}, true)))};
}

void softmax_gradient(GradientContext& c) { c.set(0, c.builder().emit("softmax_grad", {c.output(), c.gradient()})); }
void log_softmax_gradient(GradientContext& c) {
  c.set(0, c.builder().emit("log_softmax_grad", {c.output(), c.gradient()}));
}

std::vector<Value> expand_softmax_grad(Builder& b, const Node& node) {
  const Value y = node.inputs[0];
  const Value dy = node.inputs[1];
  return {mul(b, y, sub(b, dy, reduce_sum(b, mul(b, y, dy), {-1}, true)))};
}

std::vector<Value> expand_log_softmax_grad(Builder& b, const Node& node) {
  const Value dy = node.inputs[1];
  return {sub(b, dy, mul(b, exp(b, node.inputs[0]), reduce_sum(b, dy, {-1}, true)))};
}

}  // namespace

void register_softmax(OpRegistry& registry) {
  registry.add({.name = "softmax",
                .doc = "e^x / sum of e^x over the last axis",
                .infer = infer_softmax,
                .gradient = softmax_gradient,
                .expand = expand_softmax});
  registry.add({.name = "log_softmax",
                .doc = "x - log(sum of e^x over the last axis)",
                .infer = infer_softmax,
                .gradient = log_softmax_gradient,
                .expand = expand_log_softmax});
  registry.add({.name = "softmax_grad",
                .doc = "y, dy -> y (dy - sum of y dy over the last axis)",
                .infer = infer_gradient,
                .expand = expand_softmax_grad});
  registry.add({.name = "log_softmax_grad",
                .doc = "y, dy -> dy - e^y (sum of dy over the last axis)",
                .infer = infer_gradient,
                .expand = expand_log_softmax_grad});
}

}  // namespace dltrain::graph
