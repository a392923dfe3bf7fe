// The next loss scale, from that of this step and whether its gradients are finite: one op, so that a backend can do it in one
// kernel. The scale is doubled by the last of growth_steps updates in a row and halved where gradients are not finite, but
// never below 1; a step with such gradients counts as skipped where the scale was larger than that. Where `counts` is
// false every output is the old value. As Keras' LossScaleOptimizer, which has no least scale.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

// Doubled no further: twice this is no number of float32's.
constexpr double largest_scale = 0x1p126;

std::vector<ValueType> infer_step(const InferContext& c) {
  expect_inputs(c, 5);
  expect_float(c.inputs[0], "a loss scale");
  const ValueType count{DType::i64, {}}, truth{DType::boolean, {}};
  const bool fits = c.inputs[0].shape.rank() == 0 && c.inputs[1] == count && c.inputs[2] == count &&
                    c.inputs[3] == truth && c.inputs[4] == truth;
  if (!fits) throw Bug("a loss scale is given other values");
  return {c.inputs[0], count, count};
}

std::vector<Value> expand_step(Builder& b, const Node& node) {
  const Value scale = node.inputs[0], age = node.inputs[1], skipped = node.inputs[2];
  const Value finite = node.inputs[3], counts = node.inputs[4];
  const auto number = [&](double value) { return full(b, b.dtype(scale), {}, value); };
  const auto whole = [&](double value) { return full(b, DType::i64, {}, value); };
  const Value grows = equal(b, age, whole(static_cast<double>(node.attributes.integer("growth_steps") - 1)));
  const Value doubled = minimum(b, mul(b, scale, 2), number(largest_scale));
  const Value halved = maximum(b, mul(b, scale, 0.5), 1);
  const Value next_scale = select(b, finite, select(b, grows, doubled, scale), halved);
  const Value older = select(b, grows, whole(0), add(b, age, whole(1)));
  const Value next_age = select(b, finite, older, whole(0));
  const Value settled = logical_or(b, finite, less_equal(b, scale, number(1)));
  const Value next_skipped = add(b, skipped, cast(b, logical_not(b, settled), DType::i64));
  return {select(b, counts, next_scale, scale), select(b, counts, next_age, age),
          select(b, counts, next_skipped, skipped)};
}

}  // namespace

void register_loss_scale(OpRegistry& registry) {
  registry.add({.name = "loss_scale_step",
                .doc =
                    "scale, updates since it changed, steps skipped (int64), whether gradients are finite, whether the "
                    "step counts -> the first three after it; option growth_steps",
                .infer = infer_step,
                .expand = expand_step});
}

}  // namespace dltrain::graph
