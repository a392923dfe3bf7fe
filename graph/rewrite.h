// Rewriting a graph node by node: the base of every pass.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "graph/builder.h"

namespace dltrain::graph {

// Builds a new graph from `graph`: for each node in order, `replace` gets the builder, the node with its inputs already
// mapped into the new graph, and its index in the old one. It returns the new outputs, or nothing to copy the node.
// Graph inputs keep their names and order, even if nobody reads them.
using Replacement = std::function<std::optional<std::vector<Value>>(Builder&, const Node&, size_t)>;
// `mapped`, where it is wanted, is what each value of the old graph is in the new one.
Graph rewrite(const Graph& graph, const Replacement& replace, std::vector<std::vector<Value>>* mapped = nullptr);

// The graph with these of its nodes, in this order: all that they read, and all inputs and outputs of the graph, must be
// among them, and each node behind what it reads.
Graph with_nodes(const Graph& graph, std::span<const int32_t> nodes);

// Replaces composites for which `wanted` says so by their meaning, again until none is left.
Graph expand(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& wanted);

}  // namespace dltrain::graph
