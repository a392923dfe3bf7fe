// What recurrent ops and layers share: sequences with their steps first, [T, N, features], taken apart and put together
// again. A step of a mask [T, N] says which samples take part in it; the others keep their state.
#pragma once

#include <vector>

#include "graph/builder.h"

namespace dltrain::graph {

// Step t of a sequence: [N, features]; of a mask: [N, 1].
Value step_of(Builder& b, Value sequence, int64_t t);
// The sequence of steps [N, features], in their order.
Value stack_steps(Builder& b, const std::vector<Value>& steps);
// Columns number * units up to (number + 1) * units of [N, k * units].
Value columns_of(Builder& b, Value x, int64_t number, int64_t units);
// x where the mask [N, 1] is true, else `otherwise`; zeros for values that are not valid.
Value where(Builder& b, Value mask, Value x, Value otherwise);
// x + y, where either may be missing.
Value add_if(Builder& b, Value x, Value y);

// The step that is number `s` in the order of computing.
inline int64_t step_number(int64_t s, int64_t steps, bool backwards) { return backwards ? steps - 1 - s : s; }

}  // namespace dltrain::graph
