#include "backends/fuse/layer_norm.h"

namespace dltrain::backends {

using graph::Value;

namespace {

// An addition of two values of its own type.
bool is_plain_sum(const Editor& editor, int32_t index) {
  if (!editor.is(index, "add")) return false;
  const graph::Node& sum = editor.node(index);
  return editor.type(sum.inputs[0]) == sum.outputs[0] && editor.type(sum.inputs[1]) == sum.outputs[0];
}

}  // namespace

void fuse_layer_norm(Editor& editor, int32_t index) {
  if (!editor.is(index, "layer_norm")) return;
  const graph::Node norm = editor.node(index);
  const Value sum = norm.inputs[0];
  if (!is_plain_sum(editor, sum.node) || editor.readers(sum).front() != index) return;
  const std::vector<Value> summands = editor.node(sum).inputs;
  editor.replace(index, "fused_layer_norm", {summands[0], summands[1], norm.inputs[1], norm.inputs[2]},
                 norm.attributes);
  editor.redirect(sum, {index, 3});
}

void fuse_layer_norm_gradient(Editor& editor, int32_t index) {
  if (!editor.is(index, "layer_norm_grad")) return;
  const Value dx = {index, 0};
  if (editor.use_count(dx) != 1 || editor.readers(dx).size() != 1) return;
  const int32_t sum = editor.readers(dx).front();
  if (!is_plain_sum(editor, sum)) return;
  const std::vector<Value> summands = editor.node(sum).inputs;
  const Value flow = summands[0] == dx ? summands[1] : summands[0];
  if (flow.node >= index) return;
  std::vector<Value> inputs = editor.node(index).inputs;
  inputs.push_back(flow);
  const graph::Attributes attributes = editor.node(index).attributes;
  editor.redirect({sum, 0}, dx);
  editor.replace(index, "fused_layer_norm_grad", inputs, attributes);
}

}  // namespace dltrain::backends
