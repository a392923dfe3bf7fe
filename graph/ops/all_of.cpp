// Scalars over many values at once: whether all are finite, and the sum of all squares (the global gradient norm). The
// first gives both, since it reads everything anyhow. It can also look at gradients as the penalties of weights enlarge
// them: inputs are then all gradients, all weights and a scale.
#include <algorithm>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value all_finite(Builder& b, std::vector<Value> xs) { return b.emit("all_finite", std::move(xs)); }
Value all_finite(Builder& b, std::vector<Value> gradients, const std::vector<Value>& weights, Value scale,
                 const std::vector<double>& penalties) {
  if (std::all_of(penalties.begin(), penalties.end(), [](double penalty) { return penalty == 0; }))
    return all_finite(b, std::move(gradients));
  gradients.insert(gradients.end(), weights.begin(), weights.end());
  gradients.push_back(scale);
  return b.emit("all_finite", std::move(gradients), {{"penalties", penalties}});
}
Value sum_of_squares(Builder& b, std::vector<Value> xs) { return b.emit("sum_of_squares", std::move(xs)); }

namespace {

DType expect_reals(const InferContext& c) {
  if (c.inputs.empty()) throw Bug("a scalar over many values is given none");
  for (const ValueType& x : c.inputs) {
    if (!is_float(x.dtype) || x.dtype != c.inputs[0].dtype)
      throw Bug("a scalar over many values is given values of other dtypes");
  }
  return c.inputs[0].dtype;
}

std::vector<double> penalties_of(const Attributes& attributes) {
  return attributes.get_or<std::vector<double>>("penalties", {});
}

void expect_penalized(const InferContext& c, size_t count) {
  if (c.inputs.size() != 2 * count + 1) throw Bug("penalties are given an odd number of values");
  for (size_t i = 0; i < count; ++i) {
    if (c.inputs[i] != c.inputs[count + i]) throw Bug("a gradient differs in type from its weight");
  }
  if (c.inputs.back().shape.rank() != 0) throw Bug("the scale of penalties must be one number");
}

std::vector<ValueType> infer_all_finite(const InferContext& c) {
  const DType real = expect_reals(c);
  if (const size_t count = penalties_of(c.attributes).size(); count > 0) expect_penalized(c, count);
  return {{DType::boolean, {}}, {real, {}}};
}

std::vector<ValueType> infer_sum_of_squares(const InferContext& c) { return {{expect_reals(c), {}}}; }

Value squares_of(Builder& b, const std::vector<Value>& xs) {
  Value sum;
  for (const Value x : xs) {
    const Value part = reduce_sum(b, square(b, x));
    sum = sum.valid() ? add(b, sum, part) : part;
  }
  return sum;
}

// What is looked at: the inputs, or the gradients with their penalties.
std::vector<Value> looked_at(Builder& b, const Node& node) {
  const std::vector<double> penalties = penalties_of(node.attributes);
  if (penalties.empty()) return node.inputs;
  std::vector<Value> xs;
  for (size_t i = 0; i < penalties.size(); ++i) {
    const Value slope = mul(b, node.inputs[penalties.size() + i], mul(b, node.inputs.back(), penalties[i]));
    xs.push_back(penalties[i] == 0 ? node.inputs[i] : add(b, node.inputs[i], slope));
  }
  return xs;
}

std::vector<Value> expand_all_finite(Builder& b, const Node& node) {
  const std::vector<Value> xs = looked_at(b, node);
  Value all;
  for (const Value x : xs) {
    const Value strange = reduce_sum(b, cast(b, logical_not(b, is_finite(b, x)), DType::i64));
    const Value none = equal(b, strange, full(b, DType::i64, {}, 0));
    all = all.valid() ? logical_and(b, all, none) : none;
  }
  return {all, squares_of(b, xs)};
}

std::vector<Value> expand_sum_of_squares(Builder& b, const Node& node) { return {squares_of(b, node.inputs)}; }

}  // namespace

void register_all_of(OpRegistry& registry) {
  registry.add(
      {.name = "all_finite",
       .doc =
           "any number of values -> one truth value: every element is finite; and the sum of the squares of all elements. "
           "With the attribute penalties: gradients, weights, scale; looked at are gradient + penalty scale weight",
       .infer = infer_all_finite,
       .expand = expand_all_finite});
  registry.add({.name = "sum_of_squares",
                .doc = "any number of values -> the sum of the squares of all elements",
                .infer = infer_sum_of_squares,
                .expand = expand_sum_of_squares});
}

}  // namespace dltrain::graph
