// reshape: the same elements in the same order under other sizes. transpose: other order of axes.
#include <algorithm>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

// `wanted` with its -1 replaced by what is left of `elements`; unchanged if that cannot be.
Shape resolved(const Shape& wanted, int64_t elements) {
  Shape result = wanted;
  int64_t known = 1;
  int64_t open = -1;
  for (size_t i = 0; i < wanted.rank(); ++i) {
    if (wanted[i] == -1 && open < 0) open = static_cast<int64_t>(i);
    else known *= wanted[i];
  }
  if (open >= 0 && known > 0 && elements % known == 0) result[static_cast<size_t>(open)] = elements / known;
  return result;
}

}  // namespace

Value reshape(Builder& b, Value x, Shape shape) {
  const Shape sizes = resolved(shape, b.shape(x).elements());
  return sizes == b.shape(x) ? x : b.emit("reshape", {x}, {{"shape", sizes.sizes()}});
}

Value transpose(Builder& b, Value x, std::vector<int64_t> permutation) {
  bool identity = permutation.size() == b.shape(x).rank();
  for (size_t i = 0; i < permutation.size(); ++i) identity = identity && permutation[i] == static_cast<int64_t>(i);
  return identity ? x : b.emit("transpose", {x}, {{"permutation", std::move(permutation)}});
}

namespace {

std::vector<ValueType> infer_reshape(const InferContext& c) {
  expect_inputs(c, 1);
  const ValueType& x = c.inputs[0];
  const Shape shape(c.attributes.integers("shape"));
  bool known = true;
  for (const int64_t size : shape) known = known && size >= 0;
  expect(
      known,
      "cannot reshape " + x.shape.text() + " to " + shape.text() + " (" + std::to_string(x.elements()) + " elements)",
      "at most one size may be -1, and the others must divide the number of elements");
  expect(shape.elements() == x.elements(),
         "cannot reshape " + x.shape.text() + " to " + shape.text() + " (" + std::to_string(x.elements()) +
             " elements against " + std::to_string(shape.elements()) + ")",
         "the sizes must multiply to the same number");
  return {{x.dtype, shape}};
}

void reshape_gradient(GradientContext& c) {
  c.set(0, reshape(c.builder(), c.gradient(), c.builder().shape(c.input(0))));
}

std::vector<ValueType> infer_transpose(const InferContext& c) {
  expect_inputs(c, 1);
  const Shape& x = c.inputs[0].shape;
  const std::vector<int64_t>& permutation = c.attributes.integers("permutation");
  std::vector<int64_t> sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  bool fits = sorted.size() == x.rank();
  for (size_t i = 0; i < sorted.size(); ++i) fits = fits && sorted[i] == static_cast<int64_t>(i);
  expect(fits, "the order of axes " + Shape(permutation).text() + " does not fit an input of shape " + x.text(),
         "each axis from 0 to " + std::to_string(static_cast<int64_t>(x.rank()) - 1) + " must appear once");
  Shape result = x;
  for (size_t i = 0; i < x.rank(); ++i) result[i] = x[static_cast<size_t>(permutation[i])];
  return {{c.inputs[0].dtype, result}};
}

void transpose_gradient(GradientContext& c) {
  const std::vector<int64_t>& permutation = c.attributes().integers("permutation");
  std::vector<int64_t> inverse(permutation.size());
  for (size_t i = 0; i < permutation.size(); ++i)
    inverse[static_cast<size_t>(permutation[i])] = static_cast<int64_t>(i);
  c.set(0, transpose(c.builder(), c.gradient(), inverse));
}

}  // namespace

void register_reshape(OpRegistry& registry) {
  registry.add({.name = "reshape",
                .doc = "the same elements in the same order, in the attribute shape",
                .infer = infer_reshape,
                .gradient = reshape_gradient,
                .view = true,
                .precision = Precision::follow});
  registry.add({.name = "transpose",
                .doc = "output axis i is input axis permutation[i]",
                .infer = infer_transpose,
                .gradient = transpose_gradient,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
