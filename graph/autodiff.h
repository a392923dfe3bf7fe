// Reverse-mode differentiation: graph in, graph out (Griewank and Walther, "Evaluating Derivatives", 2008).
#pragma once

#include <span>
#include <vector>

#include "graph/builder.h"

namespace dltrain::graph {

// The gradients of `loss` (a scalar) with respect to each of `wanted`, appended to the builder's graph. A value that
// loss does not depend on gets zeros. Nodes are emitted in the scope of the node they belong to.
std::vector<Value> gradients(Builder& builder, Value loss, std::span<const Value> wanted);

}  // namespace dltrain::graph
