// BinaryCrossentropy: -t log(p) - (1 - t) log(1 - p), element by element, and its mean over one axis.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/probabilities.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

using graph::Builder;
using graph::Value;

Value binary_of_clipped(Builder& b, Value target, Value prediction) {
  const Value p = clip_probabilities(b, prediction);
  const auto complement = [&](Value x) { return graph::add(b, graph::neg(b, x), 1); };
  const Value yes = graph::mul(b, target, graph::log(b, p));
  const Value no = graph::mul(b, complement(target), graph::log(b, complement(p)));
  return graph::neg(b, graph::add(b, yes, no));
}

struct BinaryCrossentropy : Loss {
  static constexpr auto kind = "BinaryCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Cross-entropy of truth values 0 and 1, each column by itself: mean(-t log(p) - (1 - t) log(1 - p)).");
    for (const char* name : {"binary_crossentropy", "bce", "BCE"}) d.alias(name);
    d.param(&BinaryCrossentropy::from_logits, "from_logits", "the prediction has not gone through a sigmoid");
    d.param(&BinaryCrossentropy::label_smoothing, "label_smoothing", "draws targets this share of the way to 0.5")
        .at_least(0)
        .at_most(1);
    d.param(&BinaryCrossentropy::axis, "axis", "over which the mean is taken");
    describe_reduction<BinaryCrossentropy>(d);
  }
  LossTraits traits() const override {
    return {from_logits ? PredictionKind::logits : PredictionKind::probabilities, TargetForm::truth_values};
  }
  LossValues build(Builder& b, Value target, Value prediction) const override {
    const auto logits = logits_of(b, prediction, from_logits, "sigmoid");
    Pair pair = same_shape(b, target, logits.value_or(prediction));
    if (label_smoothing > 0) {
      pair.target = graph::add(b, graph::mul(b, pair.target, 1 - label_smoothing), 0.5 * label_smoothing);
    }
    const Value values = logits ? graph::sigmoid_cross_entropy(b, pair.prediction, pair.target)
                                : binary_of_clipped(b, pair.target, pair.prediction);
    return {graph::reduce_mean(b, values, {checked_axis(b, axis, pair.prediction)}), {}};
  }
};

}  // namespace

void register_binary_crossentropy(LossRegistry& registry) { registry.add<BinaryCrossentropy>(); }

}  // namespace dltrain::models
