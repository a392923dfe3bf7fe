// Composites of convolutions with what stands around them, which passes of a backend put in the place of groups of nodes
// (Backend::fuse): convolutions of two images whose channels are joined, without the joined image, and a transposed
// convolution with its bias. Their expansion is what they stand for.
#include <array>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

constexpr int64_t channel_axis = 3;

ValueType joined(const InferContext& c) {
  expect(c.inputs.size() >= 3, "a convolution of joined images is given too few inputs");
  ValueType both = c.inputs[0];
  if (both.shape.rank() != 4 || c.inputs[1].shape.rank() != 4) throw Bug("joined images have four axes");
  both.shape[channel_axis] = c.inputs[1].shape[channel_axis];
  if (both != c.inputs[1]) throw Bug("images that are joined do not fit");
  both.shape[channel_axis] += c.inputs[0].shape[channel_axis];
  return both;
}

std::vector<ValueType> infer_as(const char* op, const ValueType& first, const ValueType& second,
                                const Attributes& attributes) {
  const std::array<ValueType, 2> inputs = {first, second};
  return op_registry().find(op)->infer({inputs, attributes});
}

Attributes window_of(const Attributes& attributes, const char* shape = nullptr) {
  Attributes window;
  for (const char* name : {"strides", "dilation", "padding"}) window.set(name, attributes.integers(name));
  window.set("groups", attributes.integer("groups"));
  if (shape != nullptr) window.set(shape, attributes.integers(shape));
  return window;
}

// --- joined_conv2d ---

std::vector<ValueType> infer_joined(const InferContext& c) {
  const std::vector<ValueType> y = infer_as("conv2d", joined(c), c.inputs[2], c.attributes);
  expect(c.inputs.size() <= 4, "a convolution of joined images has inputs too many");
  if (c.inputs.size() == 4 && c.inputs[3] != ValueType{y[0].dtype, {y[0].shape.back()}})
    throw Bug("the bias of a convolution of joined images does not fit");
  return y;
}

std::vector<Value> expand_joined(Builder& b, const Node& node) {
  std::vector<Value> inputs = {concat(b, {node.inputs[0], node.inputs[1]}, channel_axis), node.inputs[2]};
  inputs.insert(inputs.end(), node.inputs.begin() + 3, node.inputs.end());
  return {b.emit("fused_conv2d", std::move(inputs), node.attributes)};
}

// --- its gradients ---

std::vector<ValueType> infer_grad_part(const InferContext& c) {
  expect_inputs(c, 2);
  std::vector<ValueType> part = infer_as("conv2d_grad_input", c.inputs[0], c.inputs[1], c.attributes);
  const int64_t begin = c.attributes.integer("begin"), channels = c.attributes.integer("channels");
  if (begin < 0 || channels < 1 || begin + channels > part[0].shape[channel_axis])
    throw Bug("a gradient is taken of channels that an image does not have");
  part[0].shape[channel_axis] = channels;
  return part;
}

std::vector<Value> expand_grad_part(Builder& b, const Node& node) {
  const Value all = b.emit("conv2d_grad_input", node.inputs, window_of(node.attributes, "input_shape"));
  std::vector<int64_t> size = b.shape(all).sizes();
  size[channel_axis] = node.attributes.integer("channels");
  return {slice(b, all, {0, 0, 0, node.attributes.integer("begin")}, size)};
}

std::vector<ValueType> infer_grad_kernel(const InferContext& c) {
  expect_inputs(c, 3);
  return infer_as("conv2d_grad_kernel", joined(c), c.inputs[2], c.attributes);
}

std::vector<Value> expand_grad_kernel(Builder& b, const Node& node) {
  const Value both = concat(b, {node.inputs[0], node.inputs[1]}, channel_axis);
  return {b.emit("conv2d_grad_kernel", {both, node.inputs[2]}, window_of(node.attributes, "kernel_shape"))};
}

// --- fused_conv2d_grad_input ---

std::vector<ValueType> infer_biased(const InferContext& c) {
  expect_inputs(c, 3);
  const std::vector<ValueType> x = infer_as("conv2d_grad_input", c.inputs[0], c.inputs[1], c.attributes);
  if (c.inputs[2] != ValueType{x[0].dtype, {x[0].shape.back()}})
    throw Bug("the bias of a transposed convolution does not fit");
  return x;
}

std::vector<Value> expand_biased(Builder& b, const Node& node) {
  const Value x = b.emit("conv2d_grad_input", {node.inputs[0], node.inputs[1]}, node.attributes);
  return {add(b, x, node.inputs[2])};
}

}  // namespace

void register_joined(OpRegistry& registry) {
  registry.add({.name = "joined_conv2d",
                .doc = "x, x2, kernel (, bias [F]) -> function(conv2d(concat(x, x2), kernel) + bias)",
                .infer = infer_joined,
                .expand = expand_joined});
  registry.add({.name = "joined_conv2d_grad_input",
                .doc = "dy, kernel -> the channels from begin on of conv2d_grad_input(dy, kernel)",
                .infer = infer_grad_part,
                .expand = expand_grad_part});
  registry.add({.name = "joined_conv2d_grad_kernel",
                .doc = "x, x2, dy -> conv2d_grad_kernel(concat(x, x2), dy)",
                .infer = infer_grad_kernel,
                .expand = expand_grad_kernel});
  registry.add({.name = "fused_conv2d_grad_input",
                .doc = "dy, kernel, bias [C] -> conv2d_grad_input(dy, kernel) + bias",
                .infer = infer_biased,
                .expand = expand_biased});
}

}  // namespace dltrain::graph
