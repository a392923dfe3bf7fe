// Random graphs: for properties that must hold for any graph (memory plans, passes, sessions).
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace dltrain::test {

// A legal graph in float64 of about `size` nodes, a pure function of `seed`: data inputs "a", "b", states "s0", "s1",
// "s2", all [4, 6]; views, several outputs per node, values read often or never; some states replaced, perhaps by an
// input or by each other's values; one or more results.
graph::Graph random_graph(uint64_t seed, int size);

}  // namespace dltrain::test
