#include "backends/state_use.h"

#include "graph/op.h"

namespace dltrain::backends {

StateUse state_use(const graph::Graph& graph, graph::Value value) {
  while (graph.node(value).op->view) value = graph.node(value).inputs[0];
  if (graph.node(value).op->name == "concat") {
    StateUse all{true, false};
    for (const graph::Value part : graph.node(value).inputs) {
      const StateUse use = state_use(graph, part);
      all = {all.is_state && use.is_state, all.changes || use.changes};
    }
    return all;
  }
  const graph::Input* input = graph.input_at(value);
  if (input == nullptr || input->kind != graph::InputKind::state) return {};
  const graph::Output* output = graph.output(input->name);
  return {true, output != nullptr && output->is_state};
}

}  // namespace dltrain::backends
