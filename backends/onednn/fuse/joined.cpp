#include "backends/onednn/fuse/patterns.h"
#include "backends/onednn/spread.h"

namespace dltrain::backends::onednn {

using graph::Value;

namespace {

// Channels that fill vectors with every instruction set.
constexpr int64_t channel_grain = 16;

bool is_convolution(const Editor& editor, int32_t index) {
  return editor.is(index, "conv2d") || editor.is(index, "fused_conv2d");
}

// Two images that are joined along their channels.
bool is_join(const Editor& editor, Value value) {
  if (!editor.is(value, "concat") || editor.type(value).dtype != DType::f32) return false;
  const graph::Node& node = editor.node(value);
  const int64_t axis = node.attributes.integer("axis");
  if (node.inputs.size() != 2 || editor.type(value).shape.rank() != 4 || (axis != 3 && axis != -1)) return false;
  return editor.type(node.inputs[0]).shape[3] % channel_grain == 0 &&
         editor.type(node.inputs[1]).shape[3] % channel_grain == 0;
}

// A convolution of more than one pixel that reads the joined image; one with more filters than channels would write its
// result twice for less than it saves.
bool reads_parts(const Editor& editor, int32_t index, Value join) {
  const graph::Node& node = editor.node(index);
  const bool forward = is_convolution(editor, index);
  if ((!forward && !editor.is(index, "conv2d_grad_kernel")) || node.inputs[0] != join || node.inputs[1] == join)
    return false;
  if (node.attributes.integer("groups") != 1) return false;
  const Shape kernel = forward ? editor.type(node.inputs[1]).shape : node.outputs[0].shape;
  return kernel[0] * kernel[1] > 1 && kernel[3] <= kernel[2];
}

bool all_read_parts(const Editor& editor, Value join) {
  int count = 0;
  for (const int32_t reader : editor.readers(join)) {
    if (!reads_parts(editor, reader, join)) return false;
    ++count;
  }
  return count == editor.use_count(join);
}

// The channels of an image that a slice takes, all of its pixels.
bool takes_channels(const Editor& editor, int32_t index) {
  if (!editor.is(index, "slice") || editor.node(index).outputs[0].shape.rank() != 4) return false;
  const graph::Node& node = editor.node(index);
  const Shape& from = editor.type(node.inputs[0]).shape;
  const Shape& to = node.outputs[0].shape;
  for (size_t axis = 0; axis < 4; ++axis) {
    if (node.attributes.integers("strides")[axis] != 1) return false;
    if (axis < 3 && from[axis] != to[axis]) return false;
  }
  return to[3] % channel_grain == 0;
}

bool is_bias(const Editor& editor, Value value, Value image) {
  const graph::ValueType& type = editor.type(image);
  return editor.type(value) == graph::ValueType{type.dtype, {type.shape.back()}};
}

}  // namespace

void fuse_joined(Editor& editor, int32_t index) {
  if (!is_convolution(editor, index) && !editor.is(index, "conv2d_grad_kernel")) return;
  const graph::Node node = editor.node(index);
  const Value join = node.inputs[0];
  if (!is_join(editor, join) || !all_read_parts(editor, join)) return;
  std::vector<Value> inputs = editor.node(join).inputs;
  inputs.insert(inputs.end(), node.inputs.begin() + 1, node.inputs.end());
  graph::Attributes attributes = node.attributes;
  const bool forward = is_convolution(editor, index);
  if (editor.is(index, "conv2d")) attributes.set("function", std::string());
  editor.replace(index, forward ? "joined_conv2d" : "joined_conv2d_grad_kernel", inputs, attributes);
}

void fuse_joined_gradient(Editor& editor, int32_t index) {
  if (!takes_channels(editor, index)) return;
  const graph::Node slice = editor.node(index);
  const Value all = slice.inputs[0];
  if (!editor.is(all, "conv2d_grad_input") || editor.type(all).dtype != DType::f32) return;
  const graph::Node gradient = editor.node(all);
  if (gradient.attributes.integer("groups") != 1) return;
  const Shape& kernel = editor.type(gradient.inputs[1]).shape;
  if (kernel[0] * kernel[1] == 1 || kernel[3] > kernel[2]) return;
  const std::vector<int32_t> readers = editor.readers(all);
  if (static_cast<int>(readers.size()) != editor.use_count(all)) return;
  for (const int32_t reader : readers) {
    if (!takes_channels(editor, reader)) return;
  }
  graph::Attributes attributes = gradient.attributes;
  attributes.set("begin", slice.attributes.integers("begin")[3]);
  attributes.set("channels", slice.outputs[0].shape[3]);
  editor.replace(index, "joined_conv2d_grad_input", gradient.inputs, attributes);
  editor.set_scope(index, gradient.scope);
}

void fuse_transposed(Editor& editor, int32_t index) {
  if (!editor.is(index, "add")) return;
  const std::vector<Value> inputs = editor.node(index).inputs;
  for (size_t side = 0; side < 2; ++side) {
    const Value image = inputs[side];
    const Value bias = inputs[1 - side];
    if (!editor.is(image, "conv2d_grad_input") || editor.use_count(image) != 1) continue;
    if (editor.type(image) != editor.node(index).outputs[0] || editor.type(image).dtype != DType::f32) continue;
    const graph::Node node = editor.node(image);
    if (!is_bias(editor, bias, image) || !spreads(node.attributes, editor.type(node.inputs[1]).shape)) continue;
    editor.replace(index, "fused_conv2d_grad_input", {node.inputs[0], node.inputs[1], bias}, node.attributes);
    return;
  }
}

}  // namespace dltrain::backends::onednn
