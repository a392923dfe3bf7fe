// Targets and predictions brought to shapes that can be compared, as Keras does, but without broadcasting them against
// each other: a target [N, 1] against a prediction [N, 3] is an error here. Private to losses/ and metrics/.
#pragma once

#include "graph/builder.h"

namespace dltrain::models {

struct Pair {
  graph::Value target;
  graph::Value prediction;
};

// Both in the prediction's dtype and of one shape; a last axis of size 1 that only one of them has is added to the
// other.
Pair same_shape(graph::Builder& b, graph::Value target, graph::Value prediction);

// A target with a column for each class, shaped like the prediction, in its dtype; `sparse` is what takes class
// numbers.
Pair one_hot_pair(graph::Builder& b, const char* sparse, graph::Value target, graph::Value prediction);

// Class numbers as int32, without the last axis of the prediction (a last axis of size 1 is dropped); `dense` is what
// takes a column for each class.
graph::Value class_numbers(graph::Builder& b, const char* dense, graph::Value target, graph::Value prediction);

// The axis counted from the front; fails where the prediction has no such axis, or where it is that of the samples.
int64_t checked_axis(graph::Builder& b, int64_t axis, graph::Value prediction);
// x with that axis last, the others in their order.
graph::Value with_axis_last(graph::Builder& b, graph::Value x, int64_t axis);

}  // namespace dltrain::models
