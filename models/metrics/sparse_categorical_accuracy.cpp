// SparseCategoricalAccuracy: how often the largest column of the prediction has the target's class number.
#include "graph/ops.h"
#include "models/losses/targets.h"
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct SparseCategoricalAccuracy : MeanMetric {
  static constexpr auto kind = "SparseCategoricalAccuracy";

  static void describe(auto& d) {
    d.doc("Share of the rows whose largest prediction is for the target's class; targets are class numbers.");
    d.alias("sparse_categorical_accuracy");
    describe_name<SparseCategoricalAccuracy>(d);
  }
  LossTraits traits() const override { return {PredictionKind::numbers, TargetForm::class_numbers}; }
  bool increases() const override { return true; }

 protected:
  std::string default_name() const override { return "sparse_categorical_accuracy"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const graph::Value labels = class_numbers(b, "CategoricalAccuracy", target, prediction);
    return {as_numbers(b, graph::equal(b, labels, graph::argmax(b, prediction))), {}};
  }
};

}  // namespace

void register_sparse_categorical_accuracy(MetricRegistry& registry) { registry.add<SparseCategoricalAccuracy>(); }

}  // namespace dltrain::models
