// What a kernel may know of a value that it reads: whether it is made of weights, and whether these change in each run.
// Copies in another layout pay for themselves or not by that.
#pragma once

#include "graph/graph.h"

namespace dltrain::backends {

// Whether the value is a state or put together of states, seen through views, and if so whether this graph changes them.
struct StateUse {
  bool is_state = false;
  bool changes = false;
};
StateUse state_use(const graph::Graph& graph, graph::Value value);

}  // namespace dltrain::backends
