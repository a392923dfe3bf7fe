// slice and pad: parts of a value, and a value inside a larger one. Each is the other's gradient.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value slice(Builder& b, Value x, std::vector<int64_t> begin, std::vector<int64_t> size, std::vector<int64_t> strides) {
  if (strides.empty()) strides.assign(begin.size(), 1);
  if (Shape(size) == b.shape(x) && begin == std::vector<int64_t>(begin.size(), 0)) return x;
  return b.emit("slice", {x},
                {{"begin", std::move(begin)}, {"size", std::move(size)}, {"strides", std::move(strides)}});
}

namespace {

Value pad_between(Builder& b, Value x, std::vector<int64_t> low, std::vector<int64_t> high,
                  std::vector<int64_t> interior, double value) {
  const std::vector<int64_t> none(low.size(), 0);
  if (low == none && high == none && interior == none && low.size() == b.shape(x).rank()) return x;
  return b.emit(
      "pad", {x},
      {{"low", std::move(low)}, {"high", std::move(high)}, {"interior", std::move(interior)}, {"value", value}});
}

}  // namespace

Value pad(Builder& b, Value x, std::vector<int64_t> low, std::vector<int64_t> high, double value) {
  std::vector<int64_t> interior(low.size(), 0);
  return pad_between(b, x, std::move(low), std::move(high), std::move(interior), value);
}

namespace {

void expect_entry_per_axis(const Attributes& attributes, const char* name, const Shape& shape) {
  const std::vector<int64_t>& entries = attributes.integers(name);
  expect(entries.size() == shape.rank(), std::string(name) + " must have an entry for each axis of " + shape.text() +
                                             " (has " + std::to_string(entries.size()) + ")");
}

std::vector<ValueType> infer_slice(const InferContext& c) {
  expect_inputs(c, 1);
  const Shape& x = c.inputs[0].shape;
  for (const char* name : {"begin", "size", "strides"}) expect_entry_per_axis(c.attributes, name, x);
  const std::vector<int64_t>& begin = c.attributes.integers("begin");
  const std::vector<int64_t>& size = c.attributes.integers("size");
  const std::vector<int64_t>& strides = c.attributes.integers("strides");
  for (size_t i = 0; i < x.rank(); ++i) {
    expect(size[i] >= 1 && strides[i] >= 1, "nothing is left of axis " + std::to_string(i) + " of " + x.text());
    expect(begin[i] >= 0 && begin[i] + (size[i] - 1) * strides[i] < x[i],
           "elements " + std::to_string(begin[i]) + " to " + std::to_string(begin[i] + (size[i] - 1) * strides[i]) +
               " of axis " + std::to_string(i) + " are asked for, which has only " + std::to_string(x[i]) + " (shape " +
               x.text() + ")");
  }
  return {{c.inputs[0].dtype, Shape(size)}};
}

void slice_gradient(GradientContext& c) {
  const Shape& x = c.builder().shape(c.input(0));
  const std::vector<int64_t>& begin = c.attributes().integers("begin");
  const std::vector<int64_t>& size = c.attributes().integers("size");
  std::vector<int64_t> interior = c.attributes().integers("strides");
  std::vector<int64_t> high(x.rank());
  for (size_t i = 0; i < x.rank(); ++i) {
    high[i] = x[i] - 1 - begin[i] - (size[i] - 1) * interior[i];
    --interior[i];
  }
  c.set(0, pad_between(c.builder(), c.gradient(), begin, high, interior, 0));
}

std::vector<ValueType> infer_pad(const InferContext& c) {
  expect_inputs(c, 1);
  Shape result = c.inputs[0].shape;
  for (const char* name : {"low", "high", "interior"}) {
    expect_entry_per_axis(c.attributes, name, result);
    for (const int64_t count : c.attributes.integers(name)) {
      expect(count >= 0, "padding cannot be negative (" + std::string(name) + " was " +
                             Shape(c.attributes.integers(name)).text() + ")");
    }
  }
  for (size_t i = 0; i < result.rank(); ++i) {
    result[i] += c.attributes.integers("low")[i] + c.attributes.integers("high")[i] +
                 (result[i] - 1) * c.attributes.integers("interior")[i];
  }
  return {{c.inputs[0].dtype, result}};
}

void pad_gradient(GradientContext& c) {
  std::vector<int64_t> strides = c.attributes().integers("interior");
  for (int64_t& stride : strides) ++stride;
  c.set(0, slice(c.builder(), c.gradient(), c.attributes().integers("low"), c.builder().shape(c.input(0)).sizes(),
                 strides));
}

}  // namespace

void register_slice(OpRegistry& registry) {
  registry.add({.name = "slice",
                .doc = "size[i] elements along axis i, from begin[i] on, every strides[i]-th",
                .infer = infer_slice,
                .gradient = slice_gradient,
                .precision = Precision::follow});
  registry.add({.name = "pad",
                .doc = "x with low[i] cells before, high[i] behind and interior[i] between neighbours along axis i, "
                       "filled with value",
                .infer = infer_pad,
                .gradient = pad_gradient,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
