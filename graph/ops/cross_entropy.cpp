// Losses from logits that are exact where the composition of their parts would not be: softmax and sigmoid
// cross-entropy.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value sparse_softmax_cross_entropy(Builder& b, Value logits, Value labels) {
  return b.emit("sparse_softmax_cross_entropy", {logits, labels});
}
Value softmax_cross_entropy(Builder& b, Value logits, Value targets) {
  return b.emit("softmax_cross_entropy", {logits, targets});
}
Value sigmoid_cross_entropy(Builder& b, Value logits, Value targets) {
  return b.emit("sigmoid_cross_entropy", {logits, targets});
}

namespace {

ValueType row_losses(const ValueType& logits) { return {logits.dtype, logits.shape.slice(0, logits.shape.rank() - 1)}; }

ValueType expect_logits(const InferContext& c) {
  const ValueType& logits = c.inputs[0];
  expect_float(logits, "cross-entropy");
  expect(logits.shape.rank() >= 1, "cross-entropy needs an axis of classes (was a scalar)");
  return row_losses(logits);
}

void expect_flow(const InferContext& c, const ValueType& losses) {
  expect_inputs(c, 3);
  if (c.inputs[2] != losses) throw Bug("the gradient of a cross-entropy differs in type from its value");
}

ValueType expect_labels(const InferContext& c) {
  const ValueType losses = expect_logits(c);
  const ValueType& labels = c.inputs[1];
  expect(is_integer(labels.dtype), "class numbers must be integers (were " + labels.text() + ")",
         "use CategoricalCrossentropy for one-hot targets");
  expect(
      labels.shape == losses.shape,
      "class numbers of shape " + labels.shape.text() + " do not fit predictions of shape " + c.inputs[0].shape.text(),
      "one number is needed for each row of predictions");
  return losses;
}

ValueType expect_targets(const InferContext& c, const ValueType& losses) {
  expect(c.inputs[0] == c.inputs[1],
         "targets of type " + c.inputs[1].text() + " do not fit predictions of type " + c.inputs[0].text());
  return losses;
}

std::vector<ValueType> infer_sparse(const InferContext& c) {
  expect_inputs(c, 2);
  return {expect_labels(c)};
}
std::vector<ValueType> infer_sparse_grad(const InferContext& c) {
  expect_flow(c, expect_labels(c));
  return {c.inputs[0]};
}
std::vector<ValueType> infer_softmax(const InferContext& c) {
  expect_inputs(c, 2);
  return {expect_targets(c, expect_logits(c))};
}
std::vector<ValueType> infer_softmax_grad(const InferContext& c) {
  expect_flow(c, expect_targets(c, expect_logits(c)));
  return {c.inputs[0]};
}
std::vector<ValueType> infer_sigmoid(const InferContext& c) {
  expect_inputs(c, 2);
  expect_float(c.inputs[0], "cross-entropy");
  return {expect_targets(c, c.inputs[0])};
}
std::vector<ValueType> infer_sigmoid_grad(const InferContext& c) {
  expect_flow(c, expect_targets(c, c.inputs[0]));
  return {c.inputs[0]};
}

Value as_column(Builder& b, Value x) { return reshape(b, x, b.shape(x).concat({1})); }
Value zero(Builder& b, Value like) { return full(b, b.dtype(like), {}, 0); }

// [..., C], true at the class of each row; a row whose label is outside has none.
Value label_places(Builder& b, Value logits, Value labels) {
  return equal(b, as_column(b, labels), iota(b, b.dtype(labels), {b.shape(logits).back()}, 0));
}

std::vector<Value> expand_sparse(Builder& b, const Node& node) {
  const Value logits = node.inputs[0];
  const Value chosen = select(b, label_places(b, logits, node.inputs[1]), log_softmax(b, logits), zero(b, logits));
  return {neg(b, reduce_sum(b, chosen, {-1}))};
}

std::vector<Value> expand_sparse_grad(Builder& b, const Node& node) {
  const Value logits = node.inputs[0];
  const Value hot = cast(b, label_places(b, logits, node.inputs[1]), b.dtype(logits));
  const Value valid = reduce_sum(b, hot, {-1}, true);
  return {mul(b, sub(b, mul(b, softmax(b, logits), valid), hot), as_column(b, node.inputs[2]))};
}

std::vector<Value> expand_softmax(Builder& b, const Node& node) {
  return {neg(b, reduce_sum(b, mul(b, node.inputs[1], log_softmax(b, node.inputs[0])), {-1}))};
}

std::vector<Value> expand_softmax_grad(Builder& b, const Node& node) {
  const Value targets = node.inputs[1];
  const Value expected = mul(b, softmax(b, node.inputs[0]), reduce_sum(b, targets, {-1}, true));
  return {mul(b, sub(b, expected, targets), as_column(b, node.inputs[2]))};
}

std::vector<Value> expand_sigmoid(Builder& b, const Node& node) {
  const Value x = node.inputs[0];
  const Value linear = sub(b, maximum(b, x, 0), mul(b, x, node.inputs[1]));
  return {add(b, linear, log1p(b, exp(b, neg(b, abs(b, x)))))};
}

std::vector<Value> expand_sigmoid_grad(Builder& b, const Node& node) {
  return {mul(b, sub(b, sigmoid(b, node.inputs[0]), node.inputs[1]), node.inputs[2])};
}

void sparse_gradient(GradientContext& c) {
  c.set(0, c.builder().emit("sparse_softmax_cross_entropy_grad", {c.input(0), c.input(1), c.gradient()}));
}

void softmax_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, b.emit("softmax_cross_entropy_grad", {c.input(0), c.input(1), c.gradient()}));
  c.set(1, neg(b, mul(b, log_softmax(b, c.input(0)), as_column(b, c.gradient()))));
}

void sigmoid_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, b.emit("sigmoid_cross_entropy_grad", {c.input(0), c.input(1), c.gradient()}));
  c.set(1, neg(b, mul(b, c.input(0), c.gradient())));
}

}  // namespace

void register_cross_entropy(OpRegistry& registry) {
  registry.add(
      {.name = "sparse_softmax_cross_entropy",
       .doc = "logits [..., C], labels [...] -> [...]: -log_softmax at the label; 0 for a label outside 0..C-1",
       .infer = infer_sparse,
       .gradient = sparse_gradient,
       .expand = expand_sparse});
  registry.add({.name = "sparse_softmax_cross_entropy_grad",
                .doc = "logits, labels, dloss [...] -> dloss (softmax - one_hot); 0 for a label outside",
                .infer = infer_sparse_grad,
                .expand = expand_sparse_grad});
  registry.add({.name = "softmax_cross_entropy",
                .doc = "logits [..., C], targets [..., C] -> [...]: -sum of targets log_softmax",
                .infer = infer_softmax,
                .gradient = softmax_gradient,
                .expand = expand_softmax});
  registry.add({.name = "softmax_cross_entropy_grad",
                .doc = "logits, targets, dloss [...] -> dloss (softmax sum of targets - targets)",
                .infer = infer_softmax_grad,
                .expand = expand_softmax_grad});
  registry.add({.name = "sigmoid_cross_entropy",
                .doc = "logits x, targets t -> max(x, 0) - x t + log1p(e^-|x|), element by element",
                .infer = infer_sigmoid,
                .gradient = sigmoid_gradient,
                .expand = expand_sigmoid,
                .elementwise = true});
  registry.add({.name = "sigmoid_cross_entropy_grad",
                .doc = "logits, targets, dloss -> dloss (sigmoid - targets), element by element",
                .infer = infer_sigmoid_grad,
                .expand = expand_sigmoid_grad,
                .elementwise = true});
}

}  // namespace dltrain::graph
