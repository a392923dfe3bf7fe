#include "backends/onednn/fuse/editor.h"

#include <algorithm>

namespace dltrain::backends::onednn {

using graph::Value;

Editor::Editor(const graph::Graph& graph) : graph_(graph) {}

int Editor::use_count(Value value) const {
  int64_t count = 0;
  for (const graph::Node& node : graph_.nodes) count += std::count(node.inputs.begin(), node.inputs.end(), value);
  for (const graph::Output& output : graph_.outputs) count += output.value == value ? 1 : 0;
  return static_cast<int>(count);
}

std::vector<int32_t> Editor::readers(Value value) const {
  std::vector<int32_t> found;
  for (int32_t i = 0; i < node_count(); ++i) {
    if (std::find(node(i).inputs.begin(), node(i).inputs.end(), value) != node(i).inputs.end()) found.push_back(i);
  }
  return found;
}

void Editor::replace(int32_t index, std::string_view op, std::vector<Value> inputs, graph::Attributes attributes) {
  graph::Node& node = graph_.nodes[static_cast<size_t>(index)];
  node.op = graph::op_registry().find(op);
  node.inputs = std::move(inputs);
  node.attributes = std::move(attributes);
  std::vector<graph::ValueType> types;
  for (const Value input : node.inputs) types.push_back(graph_.type(input));
  node.outputs = node.op->infer({types, node.attributes});
}

void Editor::redirect(Value old, Value fresh) {
  for (graph::Node& node : graph_.nodes) std::replace(node.inputs.begin(), node.inputs.end(), old, fresh);
  for (graph::Output& output : graph_.outputs) {
    if (output.value == old) output.value = fresh;
  }
}

}  // namespace dltrain::backends::onednn
