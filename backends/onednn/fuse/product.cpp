#include "backends/onednn/fuse/patterns.h"
#include "backends/onednn/post_ops.h"

namespace dltrain::backends::onednn {

using graph::Value;

namespace {

bool is_product(const Editor& editor, Value value) { return editor.is(value, "matmul") || editor.is(value, "conv2d"); }

bool is_fused(const Editor& editor, Value value) {
  return editor.is(value, "fused_matmul") || editor.is(value, "fused_conv2d");
}

// A bias has one element for each column of the product.
bool is_bias(const Editor& editor, Value value, Value product) {
  const graph::ValueType& type = editor.type(product);
  return editor.type(value) == graph::ValueType{type.dtype, {type.shape.back()}};
}

void fuse_bias(Editor& editor, int32_t index) {
  const std::vector<Value> inputs = editor.node(index).inputs;
  for (size_t side = 0; side < 2; ++side) {
    const Value product = inputs[side];
    const Value bias = inputs[1 - side];
    if (!is_product(editor, product) || editor.use_count(product) != 1 || !is_bias(editor, bias, product)) continue;
    if (editor.type(product) != editor.node(index).outputs[0]) continue;
    const graph::Node group = editor.node(product);
    graph::Attributes attributes = group.attributes;
    attributes.set("function", std::string());
    editor.replace(index, "fused_" + group.op->name, {group.inputs[0], group.inputs[1], bias}, attributes);
    return;
  }
}

void fuse_function(Editor& editor, int32_t index) {
  const Value product = editor.node(index).inputs[0];
  if (editor.use_count(product) != 1) return;
  const bool fused = is_fused(editor, product);
  if (!fused && !is_product(editor, product)) return;
  const graph::Node group = editor.node(product);
  if (fused && !group.attributes.get<std::string>("function").empty()) return;
  graph::Attributes attributes = group.attributes;
  for (const auto& [name, value] : editor.node(index).attributes.entries()) attributes.set(name, value);
  attributes.set("function", editor.node(index).op->name);
  if (!fits_post_ops(attributes)) return;
  editor.replace(index, fused ? group.op->name : "fused_" + group.op->name, group.inputs, attributes);
}

}  // namespace

void fuse_product(Editor& editor, int32_t index) {
  if (editor.is(index, "add")) fuse_bias(editor, index);
  else if (editor.is(index, "relu")) fuse_function(editor, index);
}

}  // namespace dltrain::backends::onednn
