// Random numbers as pure functions of (seed, step, sample, element): nothing is stored, and a gradient draws them
// again.
#include "core/text.h"
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

std::vector<Value> host_scalars(Builder& b) {
  return {b.scalar_input(scalar::seed), b.scalar_input(scalar::step), b.scalar_input(scalar::sample_offset)};
}

Value uniform(Builder& b, std::vector<Value> scalars, Shape shape, int64_t stream, DType dtype) {
  return b.emit("random_uniform", std::move(scalars), {{"shape", shape.sizes()}, {"stream", stream}, {"dtype", dtype}});
}

}  // namespace

Value random_uniform(Builder& b, Shape shape, int64_t stream) {
  return uniform(b, host_scalars(b), std::move(shape), stream, b.real());
}

Value dropout(Builder& b, Value x, double rate, int64_t stream, std::vector<int64_t> noise_shape) {
  std::vector<Value> inputs = host_scalars(b);
  inputs.insert(inputs.begin(), x);
  return b.emit("dropout", std::move(inputs),
                {{"rate", rate}, {"stream", stream}, {"noise_shape", std::move(noise_shape)}});
}

namespace {

void expect_host_scalars(const InferContext& c, size_t first) {
  for (size_t i = first; i < first + 3; ++i) {
    if (c.inputs[i] != ValueType{DType::i64, {}}) throw Bug("seed, step and sample offset are int64 scalars");
  }
}

std::vector<ValueType> infer_uniform(const InferContext& c) {
  expect_inputs(c, 3);
  expect_host_scalars(c, 0);
  const ValueType result{c.attributes.get<DType>("dtype"), Shape(c.attributes.integers("shape"))};
  expect_float(result, "a random number");
  return {result};
}

// The sizes of the draw for x: -1 stands for the size of x.
Shape noise_shape(const Attributes& attributes, const Shape& x) {
  const std::vector<int64_t>& given = attributes.integers("noise_shape");
  if (given.empty()) return x;
  expect(given.size() == x.rank(),
         "noise_shape must have a size for each axis of " + x.text() + " (was " + Shape(given).text() + ")");
  Shape result(given);
  for (size_t i = 0; i < x.rank(); ++i) {
    if (result[i] == -1) result[i] = x[i];
    expect(result[i] == 1 || result[i] == x[i],
           "noise_shape " + Shape(given).text() + " does not fit an input of shape " + x.text(),
           "each size is 1, or that of the input");
  }
  return result;
}

// Whether all samples share one draw: only where a 1 is asked for, not where a batch happens to have one sample.
bool shared_by_samples(const Attributes& attributes) {
  const std::vector<int64_t>& given = attributes.integers("noise_shape");
  return !given.empty() && given[0] == 1;
}

std::vector<ValueType> infer_dropout(const InferContext& c) {
  expect_inputs(c, 4);
  expect_float(c.inputs[0], "dropout");
  expect_host_scalars(c, 1);
  const double rate = c.attributes.real("rate");
  expect(rate >= 0 && rate <= 1, "the rate of a dropout lies between 0 and 1 (was " + number_text(rate) + ")");
  noise_shape(c.attributes, c.inputs[0].shape);
  return {c.inputs[0]};
}

void dropout_gradient(GradientContext& c) {
  c.set(0, c.builder().emit("dropout", {c.gradient(), c.input(1), c.input(2), c.input(3)}, c.attributes()));
}

std::vector<Value> expand_dropout(Builder& b, const Node& node) {
  const Value x = node.inputs[0];
  const double rate = node.attributes.real("rate");
  const Value offset = shared_by_samples(node.attributes) ? full(b, DType::i64, {}, 0) : node.inputs[3];
  // A narrow number is too coarse to draw with.
  const DType fine = wide_dtype(b.dtype(x));
  const Value draw = uniform(b, {node.inputs[1], node.inputs[2], offset}, noise_shape(node.attributes, b.shape(x)),
                             node.attributes.integer("stream"), fine);
  const Value keep = greater_equal(b, draw, full(b, fine, {}, rate));
  const Value scaled = mul(b, x, rate < 1 ? 1 / (1 - rate) : 0);
  return {select(b, keep, scaled, full(b, b.dtype(x), {}, 0))};
}

}  // namespace

void register_random(OpRegistry& registry) {
  registry.add({.name = "random_uniform",
                .doc = "seed, step, sample_offset -> shape [rows, ...]: element e of row r is the upper 24 bits of "
                       "word (sample_offset + r) "
                       "elements_per_row + e of the stream (core/random.h), as a number in [0, 1)",
                .infer = infer_uniform});
  registry.add({.name = "dropout",
                .doc = "x, seed, step, sample_offset -> as x: x / (1 - rate) where the draw is at least rate, else 0; "
                       "noise_shape has 1 "
                       "where elements share a draw, -1 for the size of x; a 1 in front shares it between samples",
                .infer = infer_dropout,
                .gradient = dropout_gradient,
                .expand = expand_dropout,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
