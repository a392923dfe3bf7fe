// CategoricalAccuracy: how often the largest column of the prediction is that of a one-hot target.
#include "graph/ops.h"
#include "models/losses/targets.h"
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct CategoricalAccuracy : MeanMetric {
  static constexpr auto kind = "CategoricalAccuracy";

  static void describe(auto& d) {
    d.doc(
        "Share of the rows whose largest prediction is for the target's class; targets have a column for each class.");
    d.alias("categorical_accuracy");
    describe_name<CategoricalAccuracy>(d);
  }
  LossTraits traits() const override { return {PredictionKind::numbers, TargetForm::one_hot}; }
  bool increases() const override { return true; }

 protected:
  std::string default_name() const override { return "categorical_accuracy"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = one_hot_pair(b, "SparseCategoricalAccuracy", target, prediction);
    return {as_numbers(b, graph::equal(b, graph::argmax(b, pair.target), graph::argmax(b, pair.prediction))), {}};
  }
};

}  // namespace

void register_categorical_accuracy(MetricRegistry& registry) { registry.add<CategoricalAccuracy>(); }

}  // namespace dltrain::models
