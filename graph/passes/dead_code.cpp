#include "graph/op.h"
#include "graph/passes.h"
#include "graph/rewrite.h"

namespace dltrain::graph {

Graph remove_dead_code(const Graph& graph) {
  std::vector<bool> needed(graph.nodes.size(), false);
  for (const Input& input : graph.inputs) needed[static_cast<size_t>(input.value.node)] = true;
  for (const Output& output : graph.outputs) needed[static_cast<size_t>(output.value.node)] = true;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const Value input : graph.nodes[i].inputs) needed[static_cast<size_t>(input.node)] = true;
  }
  std::vector<int32_t> kept;
  for (size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) kept.push_back(static_cast<int32_t>(i));
  }
  return with_nodes(graph, kept);
}

}  // namespace dltrain::graph
