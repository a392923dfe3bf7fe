// SparseCategoricalCrossentropy: -log(p of the target's class), with class numbers as target.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/probabilities.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

using graph::Builder;
using graph::Value;

struct SparseCategoricalCrossentropy : Loss {
  static constexpr auto kind = "SparseCategoricalCrossentropy";
  bool from_logits = false;
  std::optional<int64_t> ignore_class;
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Cross-entropy of classes, with class numbers 0, 1, ... as target: -log(p[target]).");
    d.alias("sparse_categorical_crossentropy");
    d.param(&SparseCategoricalCrossentropy::from_logits, "from_logits",
            "the prediction has not gone through a softmax");
    d.param(&SparseCategoricalCrossentropy::ignore_class, "ignore_class", "a class number that does not count");
    d.param(&SparseCategoricalCrossentropy::axis, "axis", "that of the classes; only the last is possible");
    describe_reduction<SparseCategoricalCrossentropy>(d);
  }
  LossTraits traits() const override {
    return {from_logits ? PredictionKind::logits : PredictionKind::distribution, TargetForm::class_numbers};
  }
  LossValues build(Builder& b, Value target, Value prediction) const override {
    const Value labels = class_numbers(b, "CategoricalCrossentropy", target, prediction);
    if (checked_axis(b, axis, prediction) + 1 != static_cast<int64_t>(b.shape(prediction).rank())) {
      b.fail("axis",
             "SparseCategoricalCrossentropy takes the classes on the last axis only (axis was " + std::to_string(axis) +
                 ")",
             "leave axis out, and permute the prediction if its classes lie elsewhere");
    }
    // Of probabilities, the logarithms: their softmax makes them sum to 1, as in Keras.
    const auto logits = logits_of(b, prediction, from_logits, "softmax");
    const Value scores = logits ? *logits : graph::log(b, clip_probabilities(b, prediction));
    const Value values = graph::sparse_softmax_cross_entropy(b, scores, labels);
    if (!ignore_class) return {values, {}};
    const Value ignored = graph::equal(b, labels, graph::full(b, DType::i32, {}, static_cast<double>(*ignore_class)));
    const Value zero = graph::full(b, b.dtype(values), {}, 0);
    return {graph::select(b, ignored, zero, values), graph::logical_not(b, ignored)};
  }
};

}  // namespace

void register_sparse_categorical_crossentropy(LossRegistry& registry) { registry.add<SparseCategoricalCrossentropy>(); }

}  // namespace dltrain::models
