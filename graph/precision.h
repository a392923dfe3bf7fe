// The pass that makes a model compute in a lower precision: weights, sums and statistics stay as they are, values between
// layers and what matrix units read become narrow. What happens to an op stands beside it (Op::precision), not here.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace dltrain::graph {

struct Lowered {
  Graph graph;
  std::vector<std::vector<Value>> values;  // what each value of the old graph is now: [node][output]
};

// For float32 graphs of layers, before losses and gradients are added. `low`: float16 or bfloat16. States and results
// keep their types; constants are made narrow, and each value is cast once, however many read it.
Lowered lower_precision(const Graph& graph, DType low);

}  // namespace dltrain::graph
