// Values that are known when the graph is built.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value full(Builder& b, DType dtype, Shape shape, double value) {
  return b.emit("full", {}, {{"dtype", dtype}, {"shape", shape.sizes()}, {"value", value}});
}

Value scalar_constant(Builder& b, double value) { return full(b, b.real(), {}, value); }

Value constant(Builder& b, DType dtype, Shape shape, std::vector<double> values) {
  return b.emit("constant", {}, {{"dtype", dtype}, {"shape", shape.sizes()}, {"values", std::move(values)}});
}

Value iota(Builder& b, DType dtype, Shape shape, int64_t axis) {
  return b.emit("iota", {},
                {{"dtype", dtype}, {"shape", shape.sizes()}, {"axis", normalized_axis(axis, shape.rank())}});
}

namespace {

std::vector<ValueType> infer_attributes(const InferContext& c) {
  expect_inputs(c, 0);
  return {{c.attributes.get<DType>("dtype"), Shape(c.attributes.integers("shape"))}};
}

std::vector<ValueType> infer_constant(const InferContext& c) {
  const std::vector<ValueType> result = infer_attributes(c);
  const auto count = static_cast<int64_t>(c.attributes.get<std::vector<double>>("values").size());
  expect(count == result[0].elements(),
         "a constant of shape " + result[0].shape.text() + " is given " + std::to_string(count) + " numbers");
  return result;
}

std::vector<ValueType> infer_iota(const InferContext& c) {
  const std::vector<ValueType> result = infer_attributes(c);
  if (c.attributes.integer("axis") < 0) throw Bug("iota counts along an axis that does not exist");
  return result;
}

}  // namespace

void register_constant(OpRegistry& registry) {
  registry.add({.name = "full", .doc = "every element is the attribute value", .infer = infer_attributes});
  registry.add({.name = "constant", .doc = "the attribute values, row-major", .infer = infer_constant});
  registry.add({.name = "iota", .doc = "0, 1, 2, ... along axis", .infer = infer_iota});
}

}  // namespace dltrain::graph
