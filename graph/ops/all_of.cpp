// Scalars over many values at once: whether all are finite, and the sum of all squares (the global gradient norm). The
// first gives both, since it reads everything anyhow.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value all_finite(Builder& b, std::vector<Value> xs) { return b.emit("all_finite", std::move(xs)); }
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

std::vector<ValueType> infer_all_finite(const InferContext& c) { return {{DType::boolean, {}}, {expect_reals(c), {}}}; }

std::vector<ValueType> infer_sum_of_squares(const InferContext& c) { return {{expect_reals(c), {}}}; }

Value squares_of(Builder& b, const std::vector<Value>& xs) {
  Value sum;
  for (const Value x : xs) {
    const Value part = reduce_sum(b, square(b, x));
    sum = sum.valid() ? add(b, sum, part) : part;
  }
  return sum;
}

std::vector<Value> expand_all_finite(Builder& b, const Node& node) {
  Value all;
  for (const Value x : node.inputs) {
    const Value strange = reduce_sum(b, cast(b, logical_not(b, is_finite(b, x)), DType::i64));
    const Value none = equal(b, strange, full(b, DType::i64, {}, 0));
    all = all.valid() ? logical_and(b, all, none) : none;
  }
  return {all, squares_of(b, node.inputs)};
}

std::vector<Value> expand_sum_of_squares(Builder& b, const Node& node) { return {squares_of(b, node.inputs)}; }

}  // namespace

void register_all_of(OpRegistry& registry) {
  registry.add(
      {.name = "all_finite",
       .doc =
           "any number of values -> one truth value: every element is finite; and the sum of the squares of all elements",
       .infer = infer_all_finite,
       .expand = expand_all_finite});
  registry.add({.name = "sum_of_squares",
                .doc = "any number of values -> the sum of the squares of all elements",
                .infer = infer_sum_of_squares,
                .expand = expand_sum_of_squares});
}

}  // namespace dltrain::graph
