// CategoricalCrossentropy: -sum(t log(p)) over the classes, with a target that has a column for each.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/probabilities.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

using graph::Builder;
using graph::Value;

// Rows are made to sum to 1 first, as in Keras.
Value categorical_of_clipped(Builder& b, Value target, Value prediction) {
  const Value shares = graph::div(b, prediction, graph::reduce_sum(b, prediction, {-1}, true));
  const Value logarithm = graph::log(b, clip_probabilities(b, shares));
  return graph::neg(b, graph::reduce_sum(b, graph::mul(b, target, logarithm), {-1}));
}

struct CategoricalCrossentropy : Loss {
  static constexpr auto kind = "CategoricalCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Cross-entropy of classes, with a target that has a column for each class: -sum(t log(p)).");
    d.alias("categorical_crossentropy");
    d.param(&CategoricalCrossentropy::from_logits, "from_logits", "the prediction has not gone through a softmax");
    d.param(&CategoricalCrossentropy::label_smoothing, "label_smoothing",
            "spreads this share of each target evenly over the classes")
        .at_least(0)
        .at_most(1);
    d.param(&CategoricalCrossentropy::axis, "axis", "that of the classes");
    describe_reduction<CategoricalCrossentropy>(d);
  }
  LossTraits traits() const override {
    return {from_logits ? PredictionKind::logits : PredictionKind::distribution, TargetForm::one_hot};
  }
  LossValues build(Builder& b, Value target, Value prediction) const override {
    const int64_t classes_axis = checked_axis(b, axis, prediction);
    const bool is_last = classes_axis + 1 == static_cast<int64_t>(b.shape(prediction).rank());  // where softmax works
    auto logits = is_last ? logits_behind(b, prediction, "softmax") : std::nullopt;
    if (!logits && from_logits) logits = prediction;
    Pair pair = one_hot_pair(b, "SparseCategoricalCrossentropy", target, logits.value_or(prediction));
    pair = {with_axis_last(b, pair.target, classes_axis), with_axis_last(b, pair.prediction, classes_axis)};
    if (label_smoothing > 0) {
      const double share = label_smoothing / static_cast<double>(b.shape(pair.target).back());
      pair.target = graph::add(b, graph::mul(b, pair.target, 1 - label_smoothing), share);
    }
    return {logits ? graph::softmax_cross_entropy(b, pair.prediction, pair.target)
                   : categorical_of_clipped(b, pair.target, pair.prediction),
            {}};
  }
};

}  // namespace

void register_categorical_crossentropy(LossRegistry& registry) { registry.add<CategoricalCrossentropy>(); }

}  // namespace dltrain::models
