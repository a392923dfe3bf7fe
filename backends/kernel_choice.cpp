#include "backends/kernel_choice.h"

#include "backends/state_use.h"
#include "graph/op.h"

namespace dltrain::backends {

namespace {

std::string input_text(const graph::Graph& graph, graph::Value value) {
  const StateUse use = state_use(graph, value);
  return graph.type(value).text() + (!use.is_state ? "" : use.changes ? " updated" : " kept");
}

}  // namespace

std::string kernel_key(const graph::Graph& graph, const graph::Node& node, const std::vector<bool>& output_used) {
  std::string key = node.op->name + "(";
  for (size_t i = 0; i < node.inputs.size(); ++i) key += (i > 0 ? ", " : "") + input_text(graph, node.inputs[i]);
  key += ") ->";
  for (size_t i = 0; i < node.outputs.size(); ++i) key += " " + (output_used[i] ? node.outputs[i].text() : "unused");
  const std::string attributes = node.attributes.text();
  return attributes.empty() ? key : key + " " + attributes;
}

}  // namespace dltrain::backends
