// What does not go together at an output of a model: its last layer, its loss, its metrics and its target. Found from
// the graph and from what the data looks like, before anything is trained on. Keras trains on most of these, to no use.
#pragma once

#include "core/diagnostic.h"
#include "core/signature.h"
#include "graph/builder.h"
#include "models/spec.h"

namespace dltrain::models {

// Adds errors and warnings at the places of the loss and the metrics. Shapes are the concern of the losses themselves.
void check_output(const graph::Builder& b, const OutputSpec& output, graph::Value prediction, const DataField& target,
                  Diagnostics& diagnostics);

}  // namespace dltrain::models
