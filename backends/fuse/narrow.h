// Graphs of narrow numbers for backends without kernels for composites: what a composite is made of would round at every
// step if it came in its dtype.
#pragma once

#include <functional>

#include "graph/graph.h"

namespace dltrain::backends {

// Replaces composites of narrow numbers for which `wanted` says so by their meaning: products read narrow numbers, what
// only moves them does not widen them, and all else is float32, as it would be inside one kernel.
graph::Graph expand_narrow(const graph::Graph& graph,
                           const std::function<bool(const graph::Graph&, const graph::Node&)>& wanted);

// Wide weights of matrix products are rounded before, in nodes of their own, so that all products of a weight share one
// rounded copy (common-subexpressions).
graph::Graph round_weights(const graph::Graph& graph);

}  // namespace dltrain::backends
