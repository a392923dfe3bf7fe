// BinaryAccuracy: how often a prediction lies on its target's side of a threshold.
#include "graph/ops.h"
#include "models/losses/targets.h"
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct BinaryAccuracy : MeanMetric {
  static constexpr auto kind = "BinaryAccuracy";
  double threshold = 0.5;

  static void describe(auto& d) {
    d.doc("Share of the elements whose target is 1 where the prediction is above the threshold, and 0 elsewhere.");
    d.alias("binary_accuracy");
    d.param(&BinaryAccuracy::threshold, "threshold", "predictions above it count as 1");
    describe_name<BinaryAccuracy>(d);
  }
  LossTraits traits() const override { return {PredictionKind::probabilities, TargetForm::truth_values}; }
  bool increases() const override { return true; }

 protected:
  std::string default_name() const override { return "binary_accuracy"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const graph::Value limit = graph::full(b, b.dtype(prediction), {}, threshold);
    const graph::Value chosen = graph::cast(b, graph::greater(b, pair.prediction, limit), b.dtype(prediction));
    return {as_numbers(b, graph::equal(b, pair.target, chosen)), {}};
  }
};

}  // namespace

void register_binary_accuracy(MetricRegistry& registry) { registry.add<BinaryAccuracy>(); }

}  // namespace dltrain::models
