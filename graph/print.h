// Graphs as text, one line a node: what `dltrain explain --stage graph` and `--stage train` show.
#pragma once

#include <string>

#include "graph/graph.h"

namespace dltrain::graph {

// %3 = matmul(%0, %2) : float32[32, 10]  # dense
std::string print(const Graph& graph);
std::string print_node(const Graph& graph, size_t index);
// "%3", or "%3.1" for further outputs.
std::string print_value(Value value);

}  // namespace dltrain::graph
