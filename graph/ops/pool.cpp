// max_pool2d, average_pool2d and their gradients. The maximum's place in its window is an output, so that the gradient
// needs neither input nor output.
#include <algorithm>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

Attributes pool_attributes(const Pool2D& p) {
  return {{"size", std::vector<int64_t>(p.size.begin(), p.size.end())},
          {"strides", std::vector<int64_t>(p.strides.begin(), p.strides.end())},
          {"padding", std::vector<int64_t>(p.padding.begin(), p.padding.end())}};
}

Pool2D pool_of(const Attributes& attributes) {
  Pool2D p;
  std::copy_n(attributes.integers("size").begin(), 2, p.size.begin());
  std::copy_n(attributes.integers("strides").begin(), 2, p.strides.begin());
  std::copy_n(attributes.integers("padding").begin(), 4, p.padding.begin());
  return p;
}

}  // namespace

Value max_pool2d(Builder& b, Value x, const Pool2D& pool) { return b.emit("max_pool2d", {x}, pool_attributes(pool)); }
Value average_pool2d(Builder& b, Value x, const Pool2D& pool) {
  return b.emit("average_pool2d", {x}, pool_attributes(pool));
}

namespace {

int64_t output_size(const char* side, int64_t input, int64_t low, int64_t high, int64_t window, int64_t stride) {
  expect(window >= 1 && stride >= 1, "window and strides of a pooling are 1 or more");
  // A window that lies in the padding alone would have no maximum and no mean.
  expect(low >= 0 && high >= 0 && low < window && high < window, "the padding of a pooling is smaller than its window");
  expect(window <= input + low + high,
         "a pooling window of " + std::to_string(window) + " does not fit into an image of " + side + " " +
             std::to_string(input),
         "pool less before it, or use padding = \"same\"");
  return (input + low + high - window) / stride + 1;
}

Shape output_shape(const Shape& x, const Pool2D& p) {
  expect(x.rank() == 4, "a 2-D pooling needs images of shape [batch, height, width, channels] (was " + x.text() + ")",
         "put a Reshape layer before it");
  return {x[0], output_size("height", x[1], p.padding[0], p.padding[1], p.size[0], p.strides[0]),
          output_size("width", x[2], p.padding[2], p.padding[3], p.size[1], p.strides[1]), x[3]};
}

DType index_dtype(const Pool2D& p) { return p.size[0] * p.size[1] <= 256 ? DType::u8 : DType::i32; }

std::vector<ValueType> infer_max(const InferContext& c) {
  expect_inputs(c, 1);
  const Pool2D p = pool_of(c.attributes);
  const Shape shape = output_shape(c.inputs[0].shape, p);
  return {{c.inputs[0].dtype, shape}, {index_dtype(p), shape}};
}

std::vector<ValueType> infer_average(const InferContext& c) {
  expect_inputs(c, 1);
  expect_float(c.inputs[0], "an average");
  return {{c.inputs[0].dtype, output_shape(c.inputs[0].shape, pool_of(c.attributes))}};
}

// The input of the pooling that the attributes describe, whose output was like dy.
ValueType infer_back(const InferContext& c) {
  const Shape x(c.attributes.integers("input_shape"));
  if (output_shape(x, pool_of(c.attributes)) != c.inputs[0].shape)
    throw Bug("the gradient of a pooling has another shape than its output");
  return {c.inputs[0].dtype, x};
}

std::vector<ValueType> infer_max_grad(const InferContext& c) {
  expect_inputs(c, 2);
  if (c.inputs[1] != ValueType{index_dtype(pool_of(c.attributes)), c.inputs[0].shape})
    throw Bug("the places of maxima do not fit their gradient");
  return {infer_back(c)};
}

std::vector<ValueType> infer_average_grad(const InferContext& c) {
  expect_inputs(c, 1);
  return {infer_back(c)};
}

void max_gradient(GradientContext& c) {
  if (!c.gradient(0).valid()) return;
  Attributes attributes = c.attributes();
  attributes.set("input_shape", c.builder().shape(c.input(0)).sizes());
  c.set(0, c.builder().emit("max_pool2d_grad", {c.gradient(0), c.output(1)}, std::move(attributes)));
}

// No recipe gets here: losses are made of forward ops, and penalties look at weights only.
void max_grad_gradient(GradientContext&) { throw Bug("the second derivative of max_pool2d is not defined"); }

void average_gradient(GradientContext& c) {
  Attributes attributes = c.attributes();
  attributes.set("input_shape", c.builder().shape(c.input(0)).sizes());
  c.set(0, c.builder().emit("average_pool2d_grad", {c.gradient()}, std::move(attributes)));
}

void average_grad_gradient(GradientContext& c) {
  c.set(0, average_pool2d(c.builder(), c.gradient(), pool_of(c.attributes())));
}

}  // namespace

void register_pool(OpRegistry& registry) {
  registry.add({.name = "max_pool2d",
                .doc = "x [N, H, W, C] -> y [N, H', W', C] and the place of each maximum in its window, row-major "
                       "(uint8, or int32 for "
                       "windows above 256 cells); padding never wins, the first of equals does, a not-a-number always",
                .infer = infer_max,
                .gradient = max_gradient,
                .precision = Precision::follow});
  registry.add(
      {.name = "max_pool2d_grad",
       .doc = "dy [N, H', W', C], places [N, H', W', C] -> input_shape [N, H, W, C]: dy added up at the maxima",
       .infer = infer_max_grad,
       .gradient = max_grad_gradient,
       .precision = Precision::follow});
  registry.add(
      {.name = "average_pool2d",
       .doc = "x [N, H, W, C] -> [N, H', W', C]: the mean over those cells of the window that lie inside the image",
       .infer = infer_average,
       .gradient = average_gradient,
       .precision = Precision::follow});
  registry.add({.name = "average_pool2d_grad",
                .doc = "dy [N, H', W', C] -> input_shape [N, H, W, C]: dy divided evenly over the cells of each window",
                .infer = infer_average_grad,
                .gradient = average_grad_gradient,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
