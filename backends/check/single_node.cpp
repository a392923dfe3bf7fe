#include "backends/check/single_node.h"

#include "graph/op.h"
#include "graph/print.h"

namespace dltrain::backends {

using graph::Graph;
using graph::Value;

Graph with_all_results(const Graph& graph) {
  Graph all = graph;
  for (graph::Input& input : all.inputs) input.kind = graph::InputKind::data;
  all.outputs.clear();
  for (size_t n = 0; n < all.nodes.size(); ++n) {
    for (size_t o = 0; o < all.nodes[n].outputs.size(); ++o) {
      const Value value{static_cast<int32_t>(n), static_cast<int32_t>(o)};
      all.outputs.push_back({graph::print_value(value), false, value});
    }
  }
  return all;
}

namespace {

// Adds the input that stands for `value` of the whole graph.
Value add_input(const Graph& whole, Value value, SingleNode& single) {
  const Value fresh{static_cast<int32_t>(single.graph.nodes.size()), 0};
  single.graph.nodes.push_back({graph::op_registry().find("input"), {}, {}, {whole.type(value)}, 0});
  for (const graph::Input& input : whole.inputs) {
    if (input.value != value || input.kind != graph::InputKind::state) continue;
    single.graph.inputs.push_back({"check/" + input.name, graph::InputKind::state, fresh});
    single.states["check/" + input.name] = value;
    return fresh;
  }
  single.graph.inputs.push_back({graph::print_value(value), graph::InputKind::data, fresh});
  single.data[graph::print_value(value)] = value;
  return fresh;
}

}  // namespace

SingleNode single_node(const Graph& graph, size_t index) {
  SingleNode single;
  graph::Node node = graph.nodes[index];
  single.graph.scopes = {graph.scope(node)};
  node.scope = 0;
  std::map<Value, Value> fed;
  for (Value& input : node.inputs) {
    if (!fed.contains(input)) fed[input] = add_input(graph, input, single);
    input = fed[input];
  }
  const auto place = static_cast<int32_t>(single.graph.nodes.size());
  for (size_t o = 0; o < node.outputs.size(); ++o) {
    const auto output = static_cast<int32_t>(o);
    single.graph.outputs.push_back({graph::print_value({static_cast<int32_t>(index), output}), false, {place, output}});
  }
  single.graph.nodes.push_back(std::move(node));
  return single;
}

Feed feed_of(const std::map<std::string, Array>& arrays) {
  Feed feed;
  for (const auto& [name, array] : arrays) feed.data[name] = &array;
  return feed;
}

}  // namespace dltrain::backends
