// conv2d and its two gradients. All three are bilinear, and the gradient of each is made of the other two, so that
// convolutions, transposed convolutions and their gradients can be differentiated again.
#include <algorithm>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

Attributes window_attributes(const Window2D& w) {
  return {{"strides", std::vector<int64_t>(w.strides.begin(), w.strides.end())},
          {"dilation", std::vector<int64_t>(w.dilation.begin(), w.dilation.end())},
          {"padding", std::vector<int64_t>(w.padding.begin(), w.padding.end())},
          {"groups", w.groups}};
}

Window2D window_of(const Attributes& attributes) {
  Window2D w;
  std::copy_n(attributes.integers("strides").begin(), 2, w.strides.begin());
  std::copy_n(attributes.integers("dilation").begin(), 2, w.dilation.begin());
  std::copy_n(attributes.integers("padding").begin(), 4, w.padding.begin());
  w.groups = attributes.integer("groups");
  return w;
}

}  // namespace

Value conv2d(Builder& b, Value x, Value kernel, const Window2D& window) {
  return b.emit("conv2d", {x, kernel}, window_attributes(window));
}

Value conv2d_grad_input(Builder& b, Value dy, Value kernel, const Window2D& window, Shape input_shape) {
  Attributes attributes = window_attributes(window);
  attributes.set("input_shape", input_shape.sizes());
  return b.emit("conv2d_grad_input", {dy, kernel}, std::move(attributes));
}

Value conv2d_grad_kernel(Builder& b, Value x, Value dy, const Window2D& window, Shape kernel_shape) {
  return conv2d_grad_kernel(b, x, dy, window, std::move(kernel_shape), b.dtype(x));
}

Value conv2d_grad_kernel(Builder& b, Value x, Value dy, const Window2D& window, Shape kernel_shape, DType result) {
  Attributes attributes = window_attributes(window);
  attributes.set("kernel_shape", kernel_shape.sizes());
  if (result != b.dtype(x)) attributes.set("result", result);
  return b.emit("conv2d_grad_kernel", {x, dy}, std::move(attributes));
}

namespace {

void expect_window(const Window2D& w) {
  for (size_t i = 0; i < 2; ++i) {
    expect(w.strides[i] >= 1 && w.dilation[i] >= 1, "strides and dilation of a convolution are 1 or more (were " +
                                                        Shape({w.strides[0], w.strides[1]}).text() + " and " +
                                                        Shape({w.dilation[0], w.dilation[1]}).text() + ")");
  }
  for (const int64_t cells : w.padding) expect(cells >= 0, "the padding of a convolution cannot be negative");
  expect(w.groups >= 1, "a convolution has one group or more (was " + std::to_string(w.groups) + ")");
}

// Output cells along one spatial axis.
int64_t output_size(const char* side, int64_t input, int64_t low, int64_t high, int64_t kernel, int64_t stride,
                    int64_t dilation) {
  const int64_t padded = input + low + high;
  const int64_t reach = (kernel - 1) * dilation + 1;
  expect(reach <= padded,
         "a kernel that reaches over " + std::to_string(reach) + " cells does not fit into an image of " + side + " " +
             std::to_string(padded) + (low + high > 0 ? " with its padding" : ""),
         "use a smaller kernel, fewer poolings or strides before it, or padding = \"same\"");
  return (padded - reach) / stride + 1;
}

// The shape of conv2d's output. Throws ShapeError.
Shape output_shape(const Shape& x, const Shape& kernel, const Window2D& w) {
  expect_window(w);
  expect(x.rank() == 4,
         "a 2-D convolution needs images of shape [batch, height, width, channels] (was " + x.text() + ")",
         "put a Reshape layer before it");
  if (kernel.rank() != 4) throw Bug("the kernel of conv2d has shape " + kernel.text());
  expect(x[3] % w.groups == 0 && kernel[3] % w.groups == 0,
         std::to_string(x[3]) + " input channels and " + std::to_string(kernel[3]) +
             " filters cannot be divided into " + std::to_string(w.groups) + " groups",
         "both must be multiples of groups");
  expect(kernel[2] == x[3] / w.groups, "a kernel of shape " + kernel.text() + " reads " +
                                           std::to_string(kernel[2] * w.groups) + " channels, the image has " +
                                           std::to_string(x[3]) + " (" + x.text() + ")");
  return {x[0], output_size("height", x[1], w.padding[0], w.padding[1], kernel[0], w.strides[0], w.dilation[0]),
          output_size("width", x[2], w.padding[2], w.padding[3], kernel[1], w.strides[1], w.dilation[1]), kernel[3]};
}

// `wide`: the second input may be, being a kernel.
void expect_pair(const InferContext& c, bool wide) {
  expect_inputs(c, 2);
  expect_float(c.inputs[0], "a convolution");
  const bool fits =
      c.inputs[0].dtype == c.inputs[1].dtype || (wide && wide_dtype(c.inputs[0].dtype) == c.inputs[1].dtype);
  expect(fits, "a convolution needs two inputs of one dtype (were " + c.inputs[0].text() + " and " +
                   c.inputs[1].text() + ")");
}

std::vector<ValueType> infer_conv2d(const InferContext& c) {
  expect_pair(c, true);
  const Shape y = output_shape(c.inputs[0].shape, c.inputs[1].shape, window_of(c.attributes));
  return {{result_dtype(c, c.inputs[0].dtype), y}};
}

void expect_output(const Shape& given, const Shape& x, const Shape& kernel, const Window2D& w) {
  const Shape forward = output_shape(x, kernel, w);
  expect(given == forward, "a convolution of " + x.text() + " with a kernel of shape " + kernel.text() + " gives " +
                               forward.text() + ", so that " + given.text() + " cannot be led back through it");
}

std::vector<ValueType> infer_grad_input(const InferContext& c) {
  expect_pair(c, true);
  const Shape x(c.attributes.integers("input_shape"));
  expect_output(c.inputs[0].shape, x, c.inputs[1].shape, window_of(c.attributes));
  return {{c.inputs[0].dtype, x}};
}

std::vector<ValueType> infer_grad_kernel(const InferContext& c) {
  expect_pair(c, false);
  const Shape kernel(c.attributes.integers("kernel_shape"));
  expect_output(c.inputs[1].shape, c.inputs[0].shape, kernel, window_of(c.attributes));
  return {{result_dtype(c, c.inputs[0].dtype), kernel}};
}

// With <a, b> the sum of products, conv is defined by <dy, conv(x, k)> = <grad_input(dy, k), x> = <grad_kernel(x, dy),
// k>. Each rule below reads its two factors off these equalities.
void conv2d_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Window2D w = window_of(c.attributes());
  const Value dy = cast(b, c.gradient(), b.dtype(c.input(0)));
  c.set(0, conv2d_grad_input(b, dy, c.input(1), w, b.shape(c.input(0))));
  c.set(1, conv2d_grad_kernel(b, c.input(0), dy, w, b.shape(c.input(1)), b.dtype(c.input(1))));
}

void grad_input_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Window2D w = window_of(c.attributes());
  c.set(0, conv2d(b, c.gradient(), c.input(1), w));
  c.set(1, conv2d_grad_kernel(b, c.gradient(), c.input(0), w, b.shape(c.input(1)), b.dtype(c.input(1))));
}

void grad_kernel_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Window2D w = window_of(c.attributes());
  const Value flow = cast(b, c.gradient(), b.dtype(c.input(0)));
  c.set(0, conv2d_grad_input(b, c.input(1), flow, w, b.shape(c.input(0))));
  c.set(1, conv2d(b, c.input(0), flow, w));
}

}  // namespace

void register_conv(OpRegistry& registry) {
  registry.add({.name = "conv2d",
                .doc = "x [N, H, W, C], kernel [kh, kw, C / groups, F] -> [N, H', W', F]: cross-correlation; H' = (H + "
                       "top + bottom - "
                       "(kh - 1) dilation - 1) / stride + 1, rounded down",
                .infer = infer_conv2d,
                .gradient = conv2d_gradient,
                .precision = Precision::low,
                .weights = {1},
                .has_result = true});
  registry.add(
      {.name = "conv2d_grad_input",
       .doc = "dy [N, H', W', F], kernel [kh, kw, C / groups, F] -> input_shape [N, H, W, C]: transposed convolution",
       .infer = infer_grad_input,
       .gradient = grad_input_gradient,
       .precision = Precision::low,
       .weights = {1}});
  registry.add({.name = "conv2d_grad_kernel",
                .doc = "x [N, H, W, C], dy [N, H', W', F] -> kernel_shape [kh, kw, C / groups, F]",
                .infer = infer_grad_kernel,
                .gradient = grad_kernel_gradient,
                .precision = Precision::low,
                .has_result = true});
}

}  // namespace dltrain::graph
