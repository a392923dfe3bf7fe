// broadcast_to: copies along axes of size 1 and along new leading axes. Its gradient, sum_to, is made of reductions.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value broadcast_to(Builder& b, Value x, Shape shape) {
  return b.shape(x) == shape ? x : b.emit("broadcast_to", {x}, {{"shape", shape.sizes()}});
}

Value sum_to(Builder& b, Value x, const Shape& shape) {
  const Shape from = b.shape(x);
  if (from == shape) return x;
  if (from.rank() < shape.rank()) throw Bug("sum_to is asked for more axes than there are");
  const size_t added = from.rank() - shape.rank();
  std::vector<int64_t> axes;
  for (size_t i = 0; i < from.rank(); ++i) {
    if (i < added || (shape[i - added] == 1 && from[i] != 1)) axes.push_back(static_cast<int64_t>(i));
  }
  return reshape(b, reduce_sum(b, x, axes, true), shape);
}

namespace {

std::vector<ValueType> infer_broadcast_to(const InferContext& c) {
  expect_inputs(c, 1);
  const Shape wanted(c.attributes.integers("shape"));
  Shape joined;
  expect(broadcast(c.inputs[0].shape, wanted, joined) && joined == wanted,
         "the shape " + c.inputs[0].shape.text() + " cannot be repeated to " + wanted.text(),
         "sizes must be equal or 1 along each axis, counted from the last");
  return {{c.inputs[0].dtype, wanted}};
}

void broadcast_to_gradient(GradientContext& c) {
  c.set(0, sum_to(c.builder(), c.gradient(), c.builder().shape(c.input(0))));
}

}  // namespace

void register_broadcast(OpRegistry& registry) {
  registry.add({.name = "broadcast_to",
                .doc = "x repeated along axes of size 1 and along new leading axes, to the attribute shape",
                .infer = infer_broadcast_to,
                .gradient = broadcast_to_gradient,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
