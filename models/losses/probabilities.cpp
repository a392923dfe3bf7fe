#include "models/losses/probabilities.h"

#include "graph/op.h"
#include "graph/ops.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

std::optional<Value> logits_behind(const Builder& b, Value prediction, std::string_view op) {
  const graph::Node& node = b.graph().node(prediction);
  if (node.op->name != op) return std::nullopt;
  return node.inputs.front();
}

std::optional<Value> logits_of(const Builder& b, Value prediction, bool from_logits, std::string_view op) {
  if (const auto behind = logits_behind(b, prediction, op)) return behind;
  return from_logits ? std::optional(prediction) : std::nullopt;
}

Value clip_probabilities(Builder& b, Value p) {
  return graph::clip(b, p, probability_epsilon, 1 - probability_epsilon);
}

}  // namespace dltrain::models
