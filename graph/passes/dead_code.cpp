#include "graph/op.h"
#include "graph/passes.h"

namespace dltrain::graph {

Graph remove_dead_code(const Graph& graph) {
  std::vector<bool> needed(graph.nodes.size(), false);
  for (const Input& input : graph.inputs) needed[static_cast<size_t>(input.value.node)] = true;
  for (const Output& output : graph.outputs) needed[static_cast<size_t>(output.value.node)] = true;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const Value input : graph.nodes[i].inputs) needed[static_cast<size_t>(input.node)] = true;
  }
  Graph result;
  result.scopes = graph.scopes;
  std::vector<int32_t> moved(graph.nodes.size(), -1);
  const auto map = [&](Value value) { return Value{moved[static_cast<size_t>(value.node)], value.output}; };
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!needed[i]) continue;
    moved[i] = static_cast<int32_t>(result.nodes.size());
    Node node = graph.nodes[i];
    for (Value& input : node.inputs) input = map(input);
    result.nodes.push_back(std::move(node));
  }
  for (const Input& input : graph.inputs) result.inputs.push_back({input.name, input.kind, map(input.value)});
  for (const Output& output : graph.outputs)
    result.outputs.push_back({output.name, output.is_state, map(output.value)});
  return result;
}

}  // namespace dltrain::graph
