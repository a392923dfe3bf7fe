// An order of nodes that gives memory free earlier; see release_early.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace dltrain::graph {

// The nodes of a training step in an order in which those of the backward part stand where they give memory free, if
// they do. By bytes alone: what a plan of it takes can be more, by scratch and gaps.
std::vector<int32_t> release_early(const Graph& graph);

// The graph with its nodes in another order, in which every value still comes before its readers. All compute the same.
Graph reordered(const Graph& graph, const std::vector<int32_t>& order);

}  // namespace dltrain::graph
