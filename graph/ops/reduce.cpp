// Sums and extremes along axes. The attribute `axes` is sorted and counts from the start; empty means none is reduced.
#include <algorithm>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

// The given axes counted from the start and sorted, or all; one that does not exist is left for the inference to
// report.
std::vector<int64_t> sorted_axes(const Shape& shape, const std::vector<int64_t>& given) {
  std::vector<int64_t> axes;
  for (size_t i = 0; given.empty() && i < shape.rank(); ++i) axes.push_back(static_cast<int64_t>(i));
  for (const int64_t axis : given) {
    const int64_t normalized = normalized_axis(axis, shape.rank());
    axes.push_back(normalized < 0 ? axis : normalized);
  }
  std::sort(axes.begin(), axes.end());
  return axes;
}

Value reduce(Builder& b, const char* op, Value x, const std::vector<int64_t>& axes, bool keepdims) {
  return b.emit(op, {x}, {{"axes", sorted_axes(b.shape(x), axes)}, {"keepdims", keepdims}});
}

}  // namespace

Value reduce_sum(Builder& b, Value x, std::vector<int64_t> axes, bool keepdims) {
  return reduce(b, "reduce_sum", x, axes, keepdims);
}
Value reduce_sum(Builder& b, Value x, std::vector<int64_t> axes, bool keepdims, DType result) {
  if (result == b.dtype(x)) return reduce_sum(b, x, std::move(axes), keepdims);
  return b.emit("reduce_sum", {x},
                {{"axes", sorted_axes(b.shape(x), axes)}, {"keepdims", keepdims}, {"result", result}});
}
Value reduce_max(Builder& b, Value x, std::vector<int64_t> axes, bool keepdims) {
  return reduce(b, "reduce_max", x, axes, keepdims);
}
Value reduce_min(Builder& b, Value x, std::vector<int64_t> axes, bool keepdims) {
  return reduce(b, "reduce_min", x, axes, keepdims);
}

Value reduce_mean(Builder& b, Value x, std::vector<int64_t> axes, bool keepdims) {
  const Value sum = reduce_sum(b, x, std::move(axes), keepdims);
  return div(b, sum, static_cast<double>(b.shape(x).elements()) / static_cast<double>(b.shape(sum).elements()));
}

Value argmax(Builder& b, Value x, int64_t axis) {
  const int64_t normalized = normalized_axis(axis, b.shape(x).rank());
  return b.emit("argmax", {x}, {{"axis", normalized < 0 ? axis : normalized}});
}

namespace {

void expect_axis(int64_t axis, const Shape& shape) {
  expect(axis >= 0 && axis < static_cast<int64_t>(shape.rank()),
         "axis " + std::to_string(axis) + " does not exist in an input of shape " + shape.text());
}

// `shape` with size 1 along the axes, or without them.
Shape reduced(const Shape& shape, const std::vector<int64_t>& axes, bool keepdims) {
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < shape.rank(); ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i));
    if (!gone) sizes.push_back(shape[i]);
    else if (keepdims) sizes.push_back(1);
  }
  return Shape(std::move(sizes));
}

std::vector<ValueType> infer_reduce(const InferContext& c) {
  expect_inputs(c, 1);
  const ValueType& x = c.inputs[0];
  expect(x.dtype != DType::boolean, "a reduction needs numbers (was " + x.text() + ")");
  const std::vector<int64_t>& axes = c.attributes.integers("axes");
  for (size_t i = 0; i < axes.size(); ++i) {
    expect_axis(axes[i], x.shape);
    expect(i == 0 || axes[i] != axes[i - 1], "axis " + std::to_string(axes[i]) + " is reduced twice");
  }
  return {{result_dtype(c, x.dtype), reduced(x.shape, axes, c.attributes.get<bool>("keepdims"))}};
}

// `value`, an output of the node or its gradient, with size 1 along the reduced axes.
Value kept(GradientContext& c, Value value) {
  return reshape(c.builder(), value, reduced(c.builder().shape(c.input(0)), c.attributes().integers("axes"), true));
}

void sum_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, broadcast_to(b, kept(c, cast(b, c.gradient(), b.dtype(c.input(0)))), b.shape(c.input(0))));
}

// Elements that are equally extreme share what flows in.
void extreme_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value x = c.input(0);
  const Value hit = cast(b, equal(b, x, kept(c, c.output())), b.dtype(x));
  const Value count = reduce_sum(b, hit, c.attributes().integers("axes"), true);
  c.set(0, mul(b, hit, div(b, kept(c, c.gradient()), count)));
}

std::vector<ValueType> infer_argmax(const InferContext& c) {
  expect_inputs(c, 1);
  const Shape& x = c.inputs[0].shape;
  expect_axis(c.attributes.integer("axis"), x);
  return {{DType::i32, reduced(x, {c.attributes.integer("axis")}, false)}};
}

}  // namespace

void register_reduce(OpRegistry& registry) {
  registry.add({.name = "reduce_sum",
                .doc = "sum over axes, in the dtype `result` or that of x",
                .infer = infer_reduce,
                .gradient = sum_gradient,
                .precision = Precision::sum,
                .has_result = true});
  registry.add({.name = "reduce_max",
                .doc = "maximum over axes; not a number if one is; equal elements share the gradient",
                .infer = infer_reduce,
                .gradient = extreme_gradient,
                .precision = Precision::follow});
  registry.add({.name = "reduce_min",
                .doc = "minimum over axes; not a number if one is; equal elements share the gradient",
                .infer = infer_reduce,
                .gradient = extreme_gradient,
                .precision = Precision::follow});
  registry.add({.name = "argmax",
                .doc = "int32 place of the first largest element along axis; a not-a-number is larger than anything",
                .infer = infer_argmax,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
