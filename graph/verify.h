// What a legal graph is. Run after every pass in tests and debug builds.
#pragma once

#include <string>

#include "graph/graph.h"

namespace dltrain::graph {

// Nodes read only what stands above them, their types are what their ops infer, inputs and outputs exist and have
// distinct names. Returns what is wrong first, with the node's number; empty if the graph is legal.
std::string violation(const Graph& graph);
// Throws Bug with `when` and the violation.
void verify(const Graph& graph, const std::string& when);

}  // namespace dltrain::graph
