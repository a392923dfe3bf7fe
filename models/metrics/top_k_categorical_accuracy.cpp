// TopKCategoricalAccuracy and SparseTopKCategoricalAccuracy: how often the target's class is among the k largest
// columns.
#include "graph/ops.h"
#include "models/losses/targets.h"
#include "models/metrics/mean_metric.h"
#include "models/metrics/top_k.h"

namespace dltrain::models {

namespace {

struct TopKCategoricalAccuracy : MeanMetric {
  static constexpr auto kind = "TopKCategoricalAccuracy";
  int64_t k = 5;

  static void describe(auto& d) {
    d.doc("Share of the rows whose target is among the k largest predictions; targets have a column for each class.");
    d.alias("top_k_categorical_accuracy");
    d.param(&TopKCategoricalAccuracy::k, "k", "how many predictions of a row count").at_least(1);
    describe_name<TopKCategoricalAccuracy>(d);
  }
  LossTraits traits() const override { return {PredictionKind::numbers, TargetForm::one_hot}; }
  bool increases() const override { return true; }

 protected:
  std::string default_name() const override { return "top_k_categorical_accuracy"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = one_hot_pair(b, "SparseTopKCategoricalAccuracy", target, prediction);
    return {as_numbers(b, in_top_k(b, pair.prediction, graph::argmax(b, pair.target), k)), {}};
  }
};

struct SparseTopKCategoricalAccuracy : MeanMetric {
  static constexpr auto kind = "SparseTopKCategoricalAccuracy";
  int64_t k = 5;

  static void describe(auto& d) {
    d.doc("Share of the rows whose target is among the k largest predictions; targets are class numbers.");
    d.alias("sparse_top_k_categorical_accuracy");
    d.param(&SparseTopKCategoricalAccuracy::k, "k", "how many predictions of a row count").at_least(1);
    describe_name<SparseTopKCategoricalAccuracy>(d);
  }
  LossTraits traits() const override { return {PredictionKind::numbers, TargetForm::class_numbers}; }
  bool increases() const override { return true; }

 protected:
  std::string default_name() const override { return "sparse_top_k_categorical_accuracy"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const graph::Value labels = class_numbers(b, "TopKCategoricalAccuracy", target, prediction);
    return {as_numbers(b, in_top_k(b, prediction, labels, k)), {}};
  }
};

}  // namespace

void register_top_k_categorical_accuracy(MetricRegistry& registry) {
  registry.add<TopKCategoricalAccuracy>();
  registry.add<SparseTopKCategoricalAccuracy>();
}

}  // namespace dltrain::models
