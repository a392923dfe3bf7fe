// The passes of this backend over graphs: groups of nodes that the library or an own kernel computes in one go.
#pragma once

#include "graph/graph.h"

namespace dltrain::backends::onednn {

graph::Graph fuse(const graph::Graph& graph);

}  // namespace dltrain::backends::onednn
