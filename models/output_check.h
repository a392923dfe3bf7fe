// What does not go together at an output of a model: its last layer, its loss, its metrics and its target. Found from
// the graph and from what the data looks like, before anything is trained on. Keras trains on most of these, to no use.
#pragma once

#include "core/diagnostic.h"
#include "core/signature.h"
#include "graph/builder.h"
#include "models/spec.h"

namespace dltrain::models {

// What the node that made a value says about its numbers.
enum class Origin {
  unknown,  // nothing
  linear,  // any number: a product with weights, a normalization
  activation,  // a function whose values are no probabilities: relu, tanh, ...
  sigmoid,  // each in 0..1
  softmax,  // each row sums to 1
};
// Looks through what only changes the shape or the dtype.
Origin origin_of(const graph::Graph& graph, graph::Value value);

// Adds errors and warnings at the places of the loss and the metrics. Shapes are the concern of the losses themselves.
void check_output(const graph::Builder& b, const OutputSpec& output, graph::Value prediction, const DataField& target,
                  Diagnostics& diagnostics);

}  // namespace dltrain::models
