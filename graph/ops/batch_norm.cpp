// Batch normalization over all axes but the last (Ioffe and Szegedy 2015), for training with the statistics of the
// batch and for inference with given ones.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

BatchNormResult batch_norm(Builder& b, Value x, Value gamma, Value beta, double epsilon) {
  const std::vector<Value> outputs = b.emit_all("batch_norm", {x, gamma, beta}, {{"epsilon", epsilon}});
  return {outputs[0], outputs[1], outputs[2]};
}

Value batch_norm_inference(Builder& b, Value x, Value gamma, Value beta, Value mean, Value variance, double epsilon) {
  return b.emit("batch_norm_inference", {x, gamma, beta, mean, variance}, {{"epsilon", epsilon}});
}

namespace {

// Checks x [..., C] and the other inputs [C], which are wide where x is not; returns the type of one statistic.
ValueType expect_channels(const InferContext& c, size_t last) {
  const ValueType& x = c.inputs[0];
  expect_float(x, "batch normalization");
  expect(x.shape.rank() >= 2, "batch normalization needs a batch and channels (was " + x.shape.text() + ")");
  const ValueType channels{wide_dtype(x.dtype), {x.shape.back()}};
  for (size_t i = 1; i < last; ++i) {
    expect(c.inputs[i] == channels, "batch normalization of " + x.text() + " needs parameters of type " +
                                        channels.text() + " (was " + c.inputs[i].text() + ")");
  }
  return channels;
}

std::vector<ValueType> infer_batch_norm(const InferContext& c) {
  expect_inputs(c, 3);
  const ValueType channels = expect_channels(c, 3);
  return {c.inputs[0], channels, channels, channels};
}

std::vector<ValueType> infer_inference(const InferContext& c) {
  expect_inputs(c, 5);
  expect_channels(c, 5);
  return {c.inputs[0]};
}

std::vector<ValueType> infer_grad(const InferContext& c) {
  expect_inputs(c, 5);
  const ValueType channels = expect_channels(c, 4);
  if (c.inputs[4] != c.inputs[0]) throw Bug("the gradient of batch normalization differs in type from its value");
  return {c.inputs[0], channels, channels};
}

std::vector<int64_t> batch_axes(const Shape& x) {
  std::vector<int64_t> axes;
  for (size_t i = 0; i + 1 < x.rank(); ++i) axes.push_back(static_cast<int64_t>(i));
  return axes;
}

double batch_count(const Shape& x) { return static_cast<double>(x.slice(0, x.rank() - 1).elements()); }

// In the dtype of parameters and statistics.
Value wide(Builder& b, Value x) { return cast(b, x, wide_dtype(b.dtype(x))); }

std::vector<Value> expand_batch_norm(Builder& b, const Node& node) {
  const Value x = wide(b, node.inputs[0]);
  const std::vector<int64_t> axes = batch_axes(b.shape(x));
  const Value mean = reduce_mean(b, x, axes);
  const Value centered = sub(b, x, mean);
  const Value variance = reduce_mean(b, square(b, centered), axes);
  const Value inverse = rsqrt(b, add(b, variance, node.attributes.real("epsilon")));
  const Value y = add(b, mul(b, centered, mul(b, inverse, node.inputs[1])), node.inputs[2]);
  return {cast(b, y, node.outputs[0].dtype), mean, variance, inverse};
}

std::vector<Value> expand_inference(Builder& b, const Node& node) {
  const Value scale = mul(b, node.inputs[1], rsqrt(b, add(b, node.inputs[4], node.attributes.real("epsilon"))));
  const Value y = add(b, mul(b, sub(b, wide(b, node.inputs[0]), node.inputs[3]), scale), node.inputs[2]);
  return {cast(b, y, node.outputs[0].dtype)};
}

// With h = (x - mean) inverse: dbeta = sum(dy), dgamma = sum(dy h), dx = gamma inverse (dy - (dbeta + h dgamma) / n).
std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const Value x = wide(b, node.inputs[0]);
  const Value inverse = node.inputs[3];
  const Value dy = wide(b, node.inputs[4]);
  const std::vector<int64_t> axes = batch_axes(b.shape(x));
  const double n = batch_count(b.shape(x));
  const Value h = mul(b, sub(b, x, node.inputs[2]), inverse);
  const Value dbeta = reduce_sum(b, dy, axes);
  const Value dgamma = reduce_sum(b, mul(b, dy, h), axes);
  const Value common = div(b, add(b, mul(b, h, dgamma), dbeta), n);
  const Value dx = mul(b, sub(b, dy, common), mul(b, node.inputs[1], inverse));
  return {cast(b, dx, node.outputs[0].dtype), dgamma, dbeta};
}

Value sum_of(Builder& b, Value x, Value y) { return x.valid() && y.valid() ? add(b, x, y) : x.valid() ? x : y; }

// What flows into the statistics themselves: mean = sum(x) / n; variance = sum((x - mean)^2) / n; inverse = (variance +
// epsilon)^(-1/2), so that dvariance gets -1/2 inverse^3 dinverse.
Value statistics_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value x = wide(b, c.input(0));
  const Value inverse = c.output(3);
  const double n = batch_count(b.shape(x));
  Value dvariance = c.gradient(2);
  if (c.gradient(3).valid()) {
    const Value through = mul(b, mul(b, c.gradient(3), -0.5), mul(b, inverse, square(b, inverse)));
    dvariance = sum_of(b, dvariance, through);
  }
  Value dx;
  if (dvariance.valid()) dx = mul(b, sub(b, x, c.output(1)), mul(b, dvariance, 2 / n));
  if (c.gradient(1).valid()) dx = sum_of(b, dx, broadcast_to(b, div(b, c.gradient(1), n), b.shape(x)));
  return dx.valid() ? cast(b, dx, b.dtype(c.input(0))) : dx;
}

void batch_norm_gradient(GradientContext& c) {
  Builder& b = c.builder();
  Value dx = statistics_gradient(c);
  if (c.gradient(0).valid()) {
    const std::vector<Value> grads =
        b.emit_all("batch_norm_grad", {c.input(0), c.input(1), c.output(1), c.output(3), c.gradient(0)});
    dx = sum_of(b, grads[0], dx);
    c.set(1, grads[1]);
    c.set(2, grads[2]);
  }
  c.set(0, dx);
}

}  // namespace

void register_batch_norm(OpRegistry& registry) {
  registry.add({.name = "batch_norm",
                .doc = "x [..., C], gamma [C], beta [C] -> y as x, mean [C], biased variance [C], 1 / sqrt(variance + "
                       "epsilon) [C]: "
                       "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, over all axes but the last",
                .infer = infer_batch_norm,
                .gradient = batch_norm_gradient,
                .expand = expand_batch_norm,
                .precision = Precision::follow,
                .parameters = {1, 2}});
  registry.add({.name = "batch_norm_grad",
                .doc = "x, gamma, mean, inverse deviation, dy -> dx, dgamma, dbeta of batch_norm",
                .infer = infer_grad,
                .expand = expand_grad,
                .precision = Precision::follow,
                .parameters = {1, 2, 3}});
  registry.add(
      {.name = "batch_norm_inference",
       .doc = "x [..., C], gamma, beta, mean, variance [C] -> gamma (x - mean) / sqrt(variance + epsilon) + beta",
       .infer = infer_inference,
       .expand = expand_inference,
       .precision = Precision::follow,
       .parameters = {1, 2, 3, 4}});
}

}  // namespace dltrain::graph
