#include "graph/print.h"

#include "graph/op.h"

namespace dltrain::graph {

std::string print_value(Value value) {
  std::string text = "%" + std::to_string(value.node);
  if (value.output > 0) text += "." + std::to_string(value.output);
  return text;
}

std::string print_node(const Graph& graph, size_t index) {
  const Node& node = graph.nodes[index];
  std::string text = "%" + std::to_string(index) + " = " + node.op->name;
  if (!node.inputs.empty()) {
    text += "(";
    for (size_t i = 0; i < node.inputs.size(); ++i) text += (i > 0 ? ", " : "") + print_value(node.inputs[i]);
    text += ")";
  }
  if (!node.attributes.entries().empty()) text += " " + node.attributes.text();
  text += " :";
  for (const ValueType& output : node.outputs) text += " " + output.text();
  const std::string& path = graph.scope(node).path;
  if (!path.empty()) text += "  # " + path;
  return text + "\n";
}

std::string print(const Graph& graph) {
  std::string text;
  for (size_t i = 0; i < graph.nodes.size(); ++i) text += print_node(graph, i);
  for (const Output& output : graph.outputs) {
    text += (output.is_state ? "state " : "result ") + output.name + " = " + print_value(output.value) + "\n";
  }
  return text;
}

}  // namespace dltrain::graph
