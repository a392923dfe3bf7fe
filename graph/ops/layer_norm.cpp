// Layer normalization over the last axis (Ba et al. 2016).
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value layer_norm(Builder& b, Value x, Value gamma, Value beta, double epsilon) {
  return b.emit("layer_norm", {x, gamma, beta}, {{"epsilon", epsilon}});
}

namespace {

void expect_row(const InferContext& c, size_t first, size_t last) {
  const ValueType& x = c.inputs[0];
  expect_float(x, "layer normalization");
  expect(x.shape.rank() >= 1, "layer normalization needs an axis to average over (was a scalar)");
  const ValueType row{wide_dtype(x.dtype), {x.shape.back()}};
  for (size_t i = first; i < last; ++i) {
    expect(c.inputs[i] == row, "layer normalization of " + x.text() + " needs parameters of type " + row.text() +
                                   " (was " + c.inputs[i].text() + ")");
  }
}

ValueType statistic_of(const ValueType& x) { return {wide_dtype(x.dtype), x.shape.slice(0, x.shape.rank() - 1)}; }

std::vector<ValueType> infer_layer_norm(const InferContext& c) {
  expect_inputs(c, 3);
  expect_row(c, 1, 3);
  const ValueType statistic = statistic_of(c.inputs[0]);
  return {c.inputs[0], statistic, statistic};
}

std::vector<ValueType> infer_grad(const InferContext& c) {
  expect_inputs(c, 5);
  expect_row(c, 1, 2);
  const ValueType statistic = statistic_of(c.inputs[0]);
  if (c.inputs[2] != statistic || c.inputs[3] != statistic || c.inputs[4] != c.inputs[0]) {
    throw Bug("the gradient of layer normalization differs in type from its value");
  }
  return {c.inputs[0], c.inputs[1], c.inputs[1]};
}

// A statistic with its last axis, of size 1, again.
Value as_column(Builder& b, Value statistic) { return reshape(b, statistic, b.shape(statistic).concat({1})); }

// In the dtype of parameters and statistics.
Value wide(Builder& b, Value x) { return cast(b, x, wide_dtype(b.dtype(x))); }

std::vector<Value> expand_layer_norm(Builder& b, const Node& node) {
  const Value x = wide(b, node.inputs[0]);
  const Value mean = reduce_mean(b, x, {-1});
  const Value centered = sub(b, x, as_column(b, mean));
  const Value variance = reduce_mean(b, square(b, centered), {-1});
  const Value inverse = rsqrt(b, add(b, variance, node.attributes.real("epsilon")));
  const Value h = mul(b, centered, as_column(b, inverse));
  const Value y = add(b, mul(b, h, node.inputs[1]), node.inputs[2]);
  return {cast(b, y, node.outputs[0].dtype), mean, inverse};
}

// With h = (x - mean) inverse and g = dy gamma, n elements a row: dx = inverse (g - (sum(g) + h sum(g h)) / n).
std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const Value x = wide(b, node.inputs[0]);
  const Value gamma = node.inputs[1];
  const Value inverse = as_column(b, node.inputs[3]);
  const Value dy = wide(b, node.inputs[4]);
  const Value h = mul(b, sub(b, x, as_column(b, node.inputs[2])), inverse);
  const Value g = mul(b, dy, gamma);
  const Value common = add(b, reduce_mean(b, g, {-1}, true), mul(b, h, reduce_mean(b, mul(b, g, h), {-1}, true)));
  const Value dx = cast(b, mul(b, sub(b, g, common), inverse), node.outputs[0].dtype);
  return {dx, sum_to(b, mul(b, dy, h), b.shape(gamma)), sum_to(b, dy, b.shape(gamma))};
}

// What flows into the statistics themselves, as in batch_norm.cpp: dmean / n, and (x - mean) 2 dvariance / n with
// dvariance = -1/2 inverse^3 dinverse.
Value statistics_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value x = wide(b, c.input(0));
  const auto n = static_cast<double>(b.shape(x).back());
  Value dx;
  if (c.gradient(2).valid()) {
    const Value inverse = c.output(2);
    const Value twice = neg(b, mul(b, c.gradient(2), mul(b, inverse, square(b, inverse))));
    dx = mul(b, sub(b, x, as_column(b, c.output(1))), as_column(b, div(b, twice, n)));
  }
  if (c.gradient(1).valid()) {
    const Value through_mean = broadcast_to(b, as_column(b, div(b, c.gradient(1), n)), b.shape(x));
    dx = dx.valid() ? add(b, dx, through_mean) : through_mean;
  }
  return dx.valid() ? cast(b, dx, b.dtype(c.input(0))) : dx;
}

void layer_norm_gradient(GradientContext& c) {
  Builder& b = c.builder();
  Value dx = statistics_gradient(c);
  if (c.gradient(0).valid()) {
    const std::vector<Value> grads =
        b.emit_all("layer_norm_grad", {c.input(0), c.input(1), c.output(1), c.output(2), c.gradient(0)});
    dx = dx.valid() ? add(b, grads[0], dx) : grads[0];
    c.set(1, grads[1]);
    c.set(2, grads[2]);
  }
  c.set(0, dx);
}

}  // namespace

void register_layer_norm(OpRegistry& registry) {
  registry.add({.name = "layer_norm",
                .doc = "x [..., C], gamma [C], beta [C] -> y as x, mean [...], 1 / sqrt(variance + epsilon) [...]: "
                       "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, over the last axis",
                .infer = infer_layer_norm,
                .gradient = layer_norm_gradient,
                .expand = expand_layer_norm,
                .precision = Precision::follow,
                .parameters = {1, 2}});
  registry.add({.name = "layer_norm_grad",
                .doc = "x, gamma, mean, inverse deviation, dy -> dx, dgamma, dbeta of layer_norm",
                .infer = infer_grad,
                .expand = expand_grad,
                .precision = Precision::follow,
                .parameters = {1, 2, 3}});
}

}  // namespace dltrain::graph
