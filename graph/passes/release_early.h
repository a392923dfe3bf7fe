// A pass on the order of nodes; see release_early.cpp.
#pragma once

#include "graph/graph.h"

namespace dltrain::graph {

// Nodes of the backward part of a training step stand where they give memory free, if they do. All compute the same.
Graph release_early(const Graph& graph);

}  // namespace dltrain::graph
