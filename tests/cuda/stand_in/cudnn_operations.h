// Graphs of products, pointwise operations, reductions and views, as attention is described to cuDNN: computed one
// operation after the other as the descriptors say, with what lies between them in memory of the host. The library knows
// such graphs as a whole and refuses others; which it knows is asked of the real one (tests/cuda/real_cudnn.cpp).
#pragma once

#include <functional>
#include <map>

#include "tests/cuda/stand_in/cudnn_nodes.h"

namespace dltrain::stand_in {

// The library takes it: every tensor is written before it is read, and sizes, types and modes go together.
bool fits_operations(const Node& graph);
// There is an engine: numbers in memory have 16 bits but for statistics, heads a multiple of 8.
bool has_attention_engine(const Node& graph);
// It is the gradient, and it adds up the query's gradient in memory, in any order.
bool is_attention_gradient(const Node& graph);
bool sums_in_memory(const Node& graph);

// What computes it, with the memory of its tensors by their ids. Empty where one is missing, is too many, does not lie as
// was promised, or was never allocated.
std::function<void()> compute_operations(const NodePointer& graph, const std::map<int64_t, void*>& memory);

}  // namespace dltrain::stand_in
