#include "graph/verify.h"

#include <algorithm>
#include <set>

#include "graph/op.h"

namespace dltrain::graph {

namespace {

bool exists(const Graph& graph, Value value, size_t before) {
  return value.node >= 0 && static_cast<size_t>(value.node) < before && value.output >= 0 &&
         static_cast<size_t>(value.output) < graph.nodes[static_cast<size_t>(value.node)].outputs.size();
}

std::string node_violation(const Graph& graph, size_t index) {
  const Node& node = graph.nodes[index];
  if (node.op == nullptr) return "has no op";
  if (node.scope < 0 || static_cast<size_t>(node.scope) >= graph.scopes.size()) return "has no scope";
  std::vector<ValueType> types;
  for (const Value input : node.inputs) {
    if (!exists(graph, input, index)) return "reads a value that does not stand above it";
    types.push_back(graph.type(input));
  }
  if (node.op->name == "input") return {};
  try {
    if (node.op->infer({types, node.attributes}) != node.outputs) return "has other types than its op infers";
  } catch (const ShapeError& error) {
    return std::string("has inputs that do not fit: ") + error.what();
  }
  return {};
}

}  // namespace

std::string violation(const Graph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string wrong = node_violation(graph, i);
    if (!wrong.empty()) {
      return "node %" + std::to_string(i) +
             (graph.nodes[i].op != nullptr ? " (" + graph.nodes[i].op->name + ") " : " ") + wrong;
    }
  }
  std::set<std::string> names;
  for (const Input& input : graph.inputs) {
    if (!exists(graph, input.value, graph.nodes.size())) return "input \"" + input.name + "\" does not exist";
    if (!names.insert(input.name).second) return "two inputs are called \"" + input.name + "\"";
  }
  if (!std::is_sorted(graph.inputs.begin(), graph.inputs.end(),
                      [](const Input& a, const Input& b) { return a.value < b.value; }))
    return "inputs do not stand in the order of their nodes";
  std::set<std::pair<bool, std::string>> outputs;
  for (const Output& output : graph.outputs) {
    if (!exists(graph, output.value, graph.nodes.size())) return "output \"" + output.name + "\" does not exist";
    if (!outputs.insert({output.is_state, output.name}).second) return "two outputs are called \"" + output.name + "\"";
  }
  return {};
}

void verify(const Graph& graph, const std::string& when) {
  const std::string wrong = violation(graph);
  if (!wrong.empty()) throw Bug("illegal graph " + when + ": " + wrong);
}

}  // namespace dltrain::graph
