#include "backends/fuse/editor.h"

#include <algorithm>
#include <utility>

namespace dltrain::backends {

using graph::Value;

Editor::Editor(const graph::Graph& graph) : graph_(graph), reading_(graph.nodes.size()) {
  for (int32_t i = 0; i < node_count(); ++i) {
    for (const Value input : node(i).inputs) reading(input).push_back(i);
  }
  for (const graph::Output& output : graph_.outputs) ++given_[output.value];
}

std::vector<int32_t>& Editor::reading(Value value) {
  std::vector<std::vector<int32_t>>& outputs = reading_[static_cast<size_t>(value.node)];
  if (outputs.size() <= static_cast<size_t>(value.output)) outputs.resize(static_cast<size_t>(value.output) + 1);
  return outputs[static_cast<size_t>(value.output)];
}

const std::vector<int32_t>& Editor::reading(Value value) const {
  static const std::vector<int32_t> nobody;
  const std::vector<std::vector<int32_t>>& outputs = reading_[static_cast<size_t>(value.node)];
  return static_cast<size_t>(value.output) < outputs.size() ? outputs[static_cast<size_t>(value.output)] : nobody;
}

int Editor::use_count(Value value) const {
  const auto given = given_.find(value);
  return static_cast<int>(reading(value).size()) + (given != given_.end() ? given->second : 0);
}

std::vector<int32_t> Editor::readers(Value value) const {
  std::vector<int32_t> found = reading(value);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void Editor::replace(int32_t index, std::string_view op, std::vector<Value> inputs, graph::Attributes attributes) {
  graph::Node& node = graph_.nodes[static_cast<size_t>(index)];
  node.op = graph::op_registry().find(op);
  for (const Value input : node.inputs) {
    std::vector<int32_t>& others = reading(input);
    others.erase(std::find(others.begin(), others.end(), index));
  }
  node.inputs = std::move(inputs);
  for (const Value input : node.inputs) reading(input).push_back(index);
  node.attributes = std::move(attributes);
  std::vector<graph::ValueType> types;
  for (const Value input : node.inputs) types.push_back(graph_.type(input));
  node.outputs = node.op->infer({types, node.attributes});
}

void Editor::redirect(Value old, Value fresh) {
  for (const int32_t reader : readers(old)) {
    std::vector<Value>& inputs = graph_.nodes[static_cast<size_t>(reader)].inputs;
    std::replace(inputs.begin(), inputs.end(), old, fresh);
  }
  const std::vector<int32_t> moved = std::exchange(reading(old), {});
  reading(fresh).insert(reading(fresh).end(), moved.begin(), moved.end());
  const auto given = given_.find(old);
  if (given == given_.end()) return;
  given_[fresh] += given->second;
  given_.erase(given);
  for (graph::Output& output : graph_.outputs) {
    if (output.value == old) output.value = fresh;
  }
}

}  // namespace dltrain::backends
