// concat: values one behind the other along an axis.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value concat(Builder& b, std::vector<Value> xs, int64_t axis) {
  if (xs.size() == 1) return xs[0];
  return b.emit("concat", std::move(xs), {{"axis", axis}});
}

namespace {

size_t axis_of(const Attributes& attributes, const Shape& shape) {
  const int64_t axis = normalized_axis(attributes.integer("axis"), shape.rank());
  expect(axis >= 0,
         "axis " + std::to_string(attributes.integer("axis")) + " does not exist in inputs of shape " + shape.text());
  return static_cast<size_t>(axis);
}

std::vector<ValueType> infer_concat(const InferContext& c) {
  expect(!c.inputs.empty(), "there is nothing to concatenate");
  ValueType result = c.inputs[0];
  const size_t axis = axis_of(c.attributes, result.shape);
  for (const ValueType& x : c.inputs.subspan(1)) {
    expect(x.dtype == result.dtype,
           "inputs of different dtypes cannot be concatenated (were " + c.inputs[0].text() + " and " + x.text() + ")");
    bool fits = x.shape.rank() == result.shape.rank();
    for (size_t i = 0; fits && i < x.shape.rank(); ++i) fits = i == axis || x.shape[i] == result.shape[i];
    expect(fits,
           "the shapes " + c.inputs[0].shape.text() + " and " + x.shape.text() + " cannot be concatenated along axis " +
               std::to_string(axis),
           "all other sizes must be equal");
    result.shape[axis] += x.shape[axis];
  }
  return {result};
}

void concat_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const size_t axis = axis_of(c.attributes(), b.shape(c.input(0)));
  std::vector<int64_t> begin(b.shape(c.input(0)).rank(), 0);
  for (size_t i = 0; i < c.input_count(); ++i) {
    const std::vector<int64_t> size = b.shape(c.input(i)).sizes();
    c.set(i, slice(b, c.gradient(), begin, size));
    begin[axis] += size[axis];
  }
}

}  // namespace

void register_concat(OpRegistry& registry) {
  registry.add({.name = "concat",
                .doc = "the inputs one behind the other along axis; all other sizes are equal",
                .infer = infer_concat,
                .gradient = concat_gradient,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
