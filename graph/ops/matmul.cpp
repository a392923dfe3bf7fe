// matmul: products of matrices, in batches.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value matmul(Builder& b, Value x, Value y, bool transpose_x, bool transpose_y) {
  return b.emit("matmul", {x, y}, {{"transpose_x", transpose_x}, {"transpose_y", transpose_y}});
}

Value matmul(Builder& b, Value x, Value y, bool transpose_x, bool transpose_y, DType result) {
  if (result == b.dtype(x)) return matmul(b, x, y, transpose_x, transpose_y);
  return b.emit("matmul", {x, y}, {{"transpose_x", transpose_x}, {"transpose_y", transpose_y}, {"result", result}});
}

namespace {

std::vector<ValueType> infer_matmul(const InferContext& c) {
  expect_inputs(c, 2);
  const ValueType& x = c.inputs[0];
  const ValueType& y = c.inputs[1];
  expect_float(x, "matmul");
  expect(x.dtype == y.dtype || y.dtype == wide_dtype(x.dtype),
         "matmul needs two inputs of one dtype (were " + x.text() + " and " + y.text() + ")");
  const std::string received = x.shape.text() + " and " + y.shape.text();
  expect(x.shape.rank() >= 2 && y.shape.rank() >= 2,
         "matmul needs two axes or more on both sides (were " + received + ")");
  const auto [m, k] = c.attributes.get<bool>("transpose_x") ? std::pair{x.shape.back(), x.shape[x.shape.rank() - 2]}
                                                            : std::pair{x.shape[x.shape.rank() - 2], x.shape.back()};
  const auto [l, n] = c.attributes.get<bool>("transpose_y") ? std::pair{y.shape.back(), y.shape[y.shape.rank() - 2]}
                                                            : std::pair{y.shape[y.shape.rank() - 2], y.shape.back()};
  expect(k == l, "the inner sizes of a matrix product differ: " + std::to_string(k) + " and " + std::to_string(l) +
                     " (of " + received + ")");
  Shape batch;
  expect(broadcast(x.shape.slice(0, x.shape.rank() - 2), y.shape.slice(0, y.shape.rank() - 2), batch),
         "the leading sizes of a matrix product do not fit together (" + received + ")");
  return {{result_dtype(c, x.dtype), batch.concat({m, n})}};
}

// With op(X) op(Y) = Z: d op(X) = dZ op(Y)^T, d op(Y) = op(X)^T dZ; a transposed side gets the transpose of that.
void matmul_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const bool tx = c.attributes().get<bool>("transpose_x");
  const bool ty = c.attributes().get<bool>("transpose_y");
  const Value x = c.input(0);
  const Value y = c.input(1);
  const DType real = b.dtype(x);
  const Value dz = cast(b, c.gradient(), real);
  const Value dx = tx ? matmul(b, cast(b, y, real), dz, ty, true) : matmul(b, dz, y, false, !ty);
  const Value dy = ty ? matmul(b, dz, x, true, tx, b.dtype(y)) : matmul(b, x, dz, !tx, false, b.dtype(y));
  c.set(0, sum_to(b, dx, b.shape(x)));
  c.set(1, sum_to(b, dy, b.shape(y)));
}

}  // namespace

void register_matmul(OpRegistry& registry) {
  registry.add({.name = "matmul",
                .doc = "[..., m, k] x [..., k, n] -> [..., m, n]; leading axes broadcast",
                .infer = infer_matmul,
                .gradient = matmul_gradient,
                .precision = Precision::low,
                .weights = {1},
                .has_result = true});
}

}  // namespace dltrain::graph
