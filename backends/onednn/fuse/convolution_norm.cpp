#include <algorithm>

#include "backends/onednn/fuse/patterns.h"
#include "backends/onednn/post_ops.h"
#include "backends/onednn/primitive.h"
#include "graph/op.h"

namespace dltrain::backends::onednn {

using graph::Value;

namespace {

// A weight that this graph does not change: what is made of it stays good from run to run.
bool is_fixed(const Editor& editor, Value value) {
  const StateUse use = state_use(editor.graph(), value);
  return use.is_state && !use.changes;
}

// A convolution without a function behind it, read by nobody else, whose weights are fixed.
bool is_foldable(const Editor& editor, Value value) {
  if (value.output != 0 || editor.use_count(value) != 1) return false;
  if (!editor.is(value, "conv2d") && !editor.is(value, "fused_conv2d")) return false;
  const graph::Node& node = editor.node(value);
  if (!node.attributes.get_or<std::string>("function", "").empty()) return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(), [&](Value v) { return is_fixed(editor, v); });
}

}  // namespace

void fuse_convolution_norm(Editor& editor, int32_t index) {
  if (!editor.is(index, "batch_norm_inference") && !editor.is(index, "fused_batch_norm_inference")) return;
  const graph::Node norm = editor.node(index);
  if (!is_foldable(editor, norm.inputs[0]) || !fits_post_ops(norm.attributes)) return;
  for (size_t i = 1; i < 5; ++i) {
    if (!is_fixed(editor, norm.inputs[i])) return;
  }
  const graph::Node convolution = editor.node(norm.inputs[0]);
  const bool has_bias = convolution.inputs.size() > 2;
  std::vector<Value> inputs = {convolution.inputs[0], convolution.inputs[1]};
  inputs.insert(inputs.end(), norm.inputs.begin() + 1, norm.inputs.begin() + 5);
  if (has_bias) inputs.push_back(convolution.inputs[2]);
  inputs.insert(inputs.end(), norm.inputs.begin() + 5, norm.inputs.end());  // a residual
  graph::Attributes attributes = convolution.attributes;
  attributes.set("function", std::string());
  for (const auto& [name, value] : norm.attributes.entries()) attributes.set(name, value);
  attributes.set("bias", has_bias);
  editor.replace(index, "fused_conv2d_norm", inputs, attributes);
  editor.set_scope(index, convolution.scope);
}

void fuse_convolution_norm_function(Editor& editor, int32_t index) {
  if (!editor.node(index).op->elementwise || editor.node(index).inputs.size() != 1) return;
  const Value normed = editor.node(index).inputs[0];
  if (!editor.is(normed, "fused_conv2d_norm") || editor.use_count(normed) != 1) return;
  const graph::Node convolution = editor.node(normed);
  if (!convolution.attributes.get<std::string>("function").empty()) return;
  graph::Attributes attributes = convolution.attributes;
  for (const auto& [name, value] : editor.node(index).attributes.entries()) attributes.set(name, value);
  attributes.set("function", editor.node(index).op->name);
  if (fits_post_ops(attributes)) editor.replace(index, convolution.op->name, convolution.inputs, attributes);
}

}  // namespace dltrain::backends::onednn
