// What is said where a batch of some size needs more memory than there is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "backends/backend.h"
#include "core/diagnostic.h"
#include "graph/graph.h"

namespace dltrain::training {

// Names the largest values and the largest batch (a power of two) that finds room in `available` bytes, an eighth of which
// stays for batches that are read ahead. `graph_of` makes the graph for a batch. `accumulates`: micro-batches can make up
// for a smaller batch. Nothing if the plan for `batch` fits: then something else is too large.
std::optional<UserError> memory_shortage(const std::function<graph::Graph(int64_t)>& graph_of,
                                         backends::Backend& backend, int64_t batch, int64_t available,
                                         bool accumulates);

}  // namespace dltrain::training
