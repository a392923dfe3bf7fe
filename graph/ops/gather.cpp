// Rows by index: gather, scatter_add, one_hot. An index outside 0..rows-1 reads zeros and receives nothing, so that no
// index can reach other memory; data is checked against its range before training.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value gather(Builder& b, Value table, Value indices) { return b.emit("gather", {table, indices}); }

Value scatter_add(Builder& b, Value indices, Value updates, int64_t rows) {
  return b.emit("scatter_add", {indices, updates}, {{"rows", rows}});
}

Value scatter_add(Builder& b, Value indices, Value updates, int64_t rows, DType result) {
  if (result == b.dtype(updates)) return scatter_add(b, indices, updates, rows);
  return b.emit("scatter_add", {indices, updates}, {{"rows", rows}, {"result", result}});
}

Value one_hot(Builder& b, Value indices, int64_t depth, DType dtype) {
  return b.emit("one_hot", {indices}, {{"depth", depth}, {"dtype", dtype}});
}

namespace {

void expect_indices(const ValueType& type) {
  expect(is_integer(type.dtype), "indices must be integers (were " + type.text() + ")", "cast them to int32 first");
}

std::vector<ValueType> infer_gather(const InferContext& c) {
  expect_inputs(c, 2);
  expect(c.inputs[0].shape.rank() >= 1, "a table needs rows to gather from (was " + c.inputs[0].text() + ")");
  expect_indices(c.inputs[1]);
  const DType dtype = c.attributes.get_or<DType>("dtype", c.inputs[0].dtype);
  if (dtype != c.inputs[0].dtype && wide_dtype(dtype) != c.inputs[0].dtype)
    throw Bug("rows of a table are to be given in another dtype than they are kept in");
  return {{dtype, c.inputs[1].shape.concat(c.inputs[0].shape.from(1))}};
}

std::vector<ValueType> infer_scatter_add(const InferContext& c) {
  expect_inputs(c, 2);
  expect_indices(c.inputs[0]);
  const Shape& indices = c.inputs[0].shape;
  const ValueType& updates = c.inputs[1];
  expect(updates.shape.rank() >= indices.rank() && updates.shape.slice(0, indices.rank()) == indices,
         "updates of shape " + updates.shape.text() + " do not fit indices of shape " + indices.text());
  expect(c.attributes.integer("rows") >= 1, "a table needs at least one row");
  return {
      {result_dtype(c, updates.dtype), Shape{c.attributes.integer("rows")}.concat(updates.shape.from(indices.rank()))}};
}

std::vector<ValueType> infer_one_hot(const InferContext& c) {
  expect_inputs(c, 1);
  expect_indices(c.inputs[0]);
  expect(c.attributes.integer("depth") >= 1, "one_hot needs at least one class");
  return {{c.attributes.get<DType>("dtype"), c.inputs[0].shape.concat({c.attributes.integer("depth")})}};
}

void gather_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, scatter_add(b, c.input(1), c.gradient(), b.shape(c.input(0))[0], b.dtype(c.input(0))));
}

void scatter_add_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(1, gather(b, cast(b, c.gradient(), b.dtype(c.input(1))), c.input(0)));
}

std::vector<Value> expand_one_hot(Builder& b, const Node& node) {
  const Value indices = node.inputs[0];
  const int64_t depth = node.attributes.integer("depth");
  const Value classes = iota(b, b.dtype(indices), {depth}, 0);
  const Value hit = equal(b, reshape(b, indices, b.shape(indices).concat({1})), classes);
  return {cast(b, hit, node.attributes.get<DType>("dtype"))};
}

}  // namespace

void register_gather(OpRegistry& registry) {
  registry.add({.name = "gather",
                .doc =
                    "table [V, D...], indices [...] -> [..., D...]: rows of the table, zeros for an index outside; in "
                    "the attribute dtype where there is one",
                .infer = infer_gather,
                .gradient = gather_gradient,
                .precision = Precision::low,
                .weights = {0}});
  registry.add(
      {.name = "scatter_add",
       .doc =
           "indices [...], updates [..., D...] -> [rows, D...]: updates added up by row; an index outside is left out",
       .infer = infer_scatter_add,
       .gradient = scatter_add_gradient,
       .precision = Precision::sum,
       .has_result = true});
  registry.add({.name = "one_hot",
                .doc = "indices [...] -> [..., depth]: 1 at the index, 0 elsewhere",
                .infer = infer_one_hot,
                .expand = expand_one_hot});
}

}  // namespace dltrain::graph
