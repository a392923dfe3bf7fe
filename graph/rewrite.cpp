#include "graph/rewrite.h"

#include <algorithm>

namespace dltrain::graph {

Graph rewrite(const Graph& graph, const Replacement& replace, std::vector<std::vector<Value>>* all_mapped) {
  Graph result;
  result.scopes = graph.scopes;
  StateTable states;
  Builder builder(result, states, false);
  std::vector<std::vector<Value>> mapped(graph.nodes.size());
  const auto map = [&](Value value) {
    return mapped[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)];
  };
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node node = graph.nodes[i];
    std::transform(node.inputs.begin(), node.inputs.end(), node.inputs.begin(), map);
    const auto scope = builder.scope_of(node);
    if (node.op->name != "input") {
      if (auto replaced = replace(builder, node, i)) {
        mapped[i] = std::move(*replaced);
        continue;
      }
    }
    const auto index = static_cast<int32_t>(result.nodes.size());
    for (size_t o = 0; o < node.outputs.size(); ++o) mapped[i].push_back({index, static_cast<int32_t>(o)});
    result.nodes.push_back(std::move(node));
  }
  for (const Input& input : graph.inputs) result.inputs.push_back({input.name, input.kind, map(input.value)});
  for (const Output& output : graph.outputs)
    result.outputs.push_back({output.name, output.is_state, map(output.value)});
  if (all_mapped != nullptr) *all_mapped = std::move(mapped);
  return result;
}

Graph with_nodes(const Graph& graph, std::span<const int32_t> nodes) {
  Graph result;
  result.scopes = graph.scopes;
  std::vector<int32_t> moved(graph.nodes.size(), -1);
  for (size_t i = 0; i < nodes.size(); ++i) moved[static_cast<size_t>(nodes[i])] = static_cast<int32_t>(i);
  const auto map = [&](Value value) { return Value{moved[static_cast<size_t>(value.node)], value.output}; };
  for (const int32_t index : nodes) {
    Node node = graph.nodes[static_cast<size_t>(index)];
    for (Value& input : node.inputs) input = map(input);
    result.nodes.push_back(std::move(node));
  }
  for (const Input& input : graph.inputs) result.inputs.push_back({input.name, input.kind, map(input.value)});
  for (const Output& output : graph.outputs)
    result.outputs.push_back({output.name, output.is_state, map(output.value)});
  return result;
}

Graph expand(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& wanted) {
  Graph current = graph;
  while (true) {
    bool changed = false;
    current = rewrite(current, [&](Builder& builder, const Node& node, size_t) -> std::optional<std::vector<Value>> {
      if (node.op->expand == nullptr || !wanted(builder.graph(), node)) return std::nullopt;
      changed = true;
      return node.op->expand(builder, node);
    });
    if (!changed) return current;
  }
}

}  // namespace dltrain::graph
