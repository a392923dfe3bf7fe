// Changes to a graph in place: nodes are replaced where they stand, those that nobody needs any more are left behind.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/op.h"

namespace dltrain::backends {

class Editor {
 public:
  explicit Editor(const graph::Graph& graph);

  const graph::Graph& graph() const { return graph_; }
  int32_t node_count() const { return static_cast<int32_t>(graph_.nodes.size()); }
  const graph::Node& node(int32_t index) const { return graph_.nodes[static_cast<size_t>(index)]; }
  const graph::Node& node(graph::Value value) const { return node(value.node); }
  const graph::ValueType& type(graph::Value value) const { return graph_.type(value); }
  bool is(int32_t index, std::string_view op) const { return node(index).op->name == op; }
  bool is(graph::Value value, std::string_view op) const { return is(value.node, op); }

  // How often a value is read, by nodes and as an output of the graph.
  int use_count(graph::Value value) const;
  // The nodes that read a value, in order; outputs of the graph are not among them.
  std::vector<int32_t> readers(graph::Value value) const;

  // Puts another node in the place of number `index`; its inputs must stand above it. The scope stays.
  void replace(int32_t index, std::string_view op, std::vector<graph::Value> inputs, graph::Attributes attributes);
  // Names the layer that a node belongs to.
  void set_scope(int32_t index, int32_t scope) { graph_.nodes[static_cast<size_t>(index)].scope = scope; }
  // Everybody who reads `old` reads `fresh` instead.
  void redirect(graph::Value old, graph::Value fresh);

 private:
  // The nodes that read each output of a node, once for each time they read it.
  std::vector<int32_t>& reading(graph::Value value);
  const std::vector<int32_t>& reading(graph::Value value) const;

  graph::Graph graph_;
  std::vector<std::vector<std::vector<int32_t>>> reading_;  // by node and output
  std::map<graph::Value, int> given_;                       // how many outputs of the graph a value is
};

}  // namespace dltrain::backends
