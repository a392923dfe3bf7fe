// Cross-entropy of probabilities. Where these come out of a sigmoid or softmax node of the graph, it is computed from
// what went into that node, which no clipping distorts, as Keras does; otherwise from clipped probabilities. Private to
// losses/ and metrics/.
#pragma once

#include <optional>
#include <string_view>

#include "graph/builder.h"

namespace dltrain::models {

// Keras' backend.epsilon(): how far probabilities are kept from 0 and 1.
constexpr double probability_epsilon = 1e-7;

// The input of the node `op` ("sigmoid", "softmax") that made the prediction; nothing if another node did.
std::optional<graph::Value> logits_behind(const graph::Builder& b, graph::Value prediction, std::string_view op);

// The prediction itself where it is logits, else what is behind its `op`; nothing for probabilities of unknown origin.
std::optional<graph::Value> logits_of(const graph::Builder& b, graph::Value prediction, bool from_logits,
                                      std::string_view op);

graph::Value clip_probabilities(graph::Builder& b, graph::Value p);

}  // namespace dltrain::models
