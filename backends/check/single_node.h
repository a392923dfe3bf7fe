// Graphs made of a graph for checking it: all its values as results, and one node alone.
#pragma once

#include <map>
#include <string>

#include "backends/session.h"
#include "graph/graph.h"

namespace dltrain::backends {

// The graph with every value as a result, named as graph::print_value does, and every input fed as data.
graph::Graph with_all_results(const graph::Graph& graph);

// A node with its outputs as results and its inputs fed as data, all named as graph::print_value names them in the
// whole graph. States stay states, since kernels treat them otherwise; they are called "check/" and their name.
struct SingleNode {
  graph::Graph graph;
  std::map<std::string, graph::Value> data;  // what each input is in the whole graph
  std::map<std::string, graph::Value> states;
};
SingleNode single_node(const graph::Graph& graph, size_t index);

// Arrays as data; they must outlive the feed.
Feed feed_of(const std::map<std::string, Array>& arrays);

}  // namespace dltrain::backends
