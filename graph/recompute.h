// Values of the forward part that only the backward part still needs are computed again there instead of being kept
// (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016). What is repeated is the same node on the same
// inputs, so that every number stays what it was, random ones included.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/memory_plan.h"

namespace dltrain::graph {

// A layer, or a block of them, that shall keep nothing.
struct RecomputePart {
  std::string name;                  // as messages call it
  std::vector<std::string> layers;   // paths; nodes below them belong to it
  std::vector<std::string> instead;  // paths that count where the layers have no node: they are computed with these
  bool keeps_results = false;  // what others take of it is kept, as for a block; else that too is computed again
};

struct RecomputeWish {
  bool automatic = false;  // what lowers the peak most for the least work
  std::vector<RecomputePart> parts;
  bool any() const { return automatic || !parts.empty(); }
};

// What one run of a node takes.
struct NodeWork {
  double flops = 0;
  double bytes = 0;  // read and written
};

struct Recomputed {
  Graph graph;
  std::vector<int32_t> origin;  // [node]: the node of the given graph that it is, or repeats
  std::vector<bool> again;  // [node]: repeats
  std::vector<std::string> without_effect;  // names of parts of which nothing is computed again
};

// The graph of a training step with result "loss", which parts forward from backward; any other comes back as it is.
// `needs` and `works` by node. Deterministic.
Recomputed recompute(const Graph& graph, const std::vector<NodeMemory>& needs, const std::vector<NodeWork>& works,
                     const RecomputeWish& wish);

}  // namespace dltrain::graph
