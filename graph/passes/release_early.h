// An order of nodes that gives memory free earlier; see release_early.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace dltrain::graph {

// The nodes of a training step in an order in which those of the backward part stand where they give memory free, if
// they do. By bytes alone: what a plan of it takes can be more, by scratch and gaps. graph::with_nodes makes the graph of it.
std::vector<int32_t> release_early(const Graph& graph);

}  // namespace dltrain::graph
