#include "backends/fuse/attention.h"

#include <string>

namespace dltrain::backends {

using graph::Value;

namespace {

// The forward op with these inputs and attributes, which may keep its sums already; -1 if there is none before `index`.
int32_t forward_of(const Editor& editor, int32_t index, const std::string& op, const std::vector<Value>& inputs) {
  for (const int32_t reader : editor.readers(inputs[0])) {
    const graph::Node& node = editor.node(reader);
    const bool same_op = node.op->name == op || node.op->name == op + "_kept";
    if (reader < index && same_op && node.inputs == inputs && node.attributes == editor.node(index).attributes)
      return reader;
  }
  return -1;
}

}  // namespace

void fuse_attention(Editor& editor, int32_t index) {
  if (!editor.is(index, "attention_grad") && !editor.is(index, "self_attention_grad")) return;
  const std::string gradient = editor.node(index).op->name;
  const std::string op = gradient.substr(0, gradient.rfind("_grad"));
  std::vector<Value> inputs = editor.node(index).inputs;
  const Value flow = inputs.back();
  inputs.pop_back();
  const int32_t forward = forward_of(editor, index, op, inputs);
  if (forward < 0) return;
  const graph::Attributes attributes = editor.node(index).attributes;
  if (editor.is(forward, op)) editor.replace(forward, op + "_kept", inputs, attributes);
  const std::ptrdiff_t sides = op == "attention" ? 3 : 1;  // the inputs before the mask
  inputs.insert(inputs.begin() + sides, Value{forward, 1});
  inputs.insert(inputs.end(), {Value{forward, 0}, flow});
  editor.replace(index, op + "_kept_grad", inputs, attributes);
}

}  // namespace dltrain::backends
