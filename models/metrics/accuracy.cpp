// Accuracy: the accuracy that fits the shapes of target and prediction.
#include "models/metrics/accuracy.h"

#include "models/metrics/mean_metric.h"

namespace dltrain::models {

std::string resolve_accuracy(const Shape& target, const Shape& prediction) {
  if (prediction.rank() == 0) return "BinaryAccuracy";
  if (prediction.back() == 1) return "BinaryAccuracy";
  const bool column = target.rank() > 0 && target.back() == 1;
  if (target.rank() < prediction.rank() || column) return "SparseCategoricalAccuracy";
  return "CategoricalAccuracy";
}

namespace {

struct Accuracy : Metric {
  static constexpr auto kind = "Accuracy";

  static void describe(auto& d) {
    d.doc(
        "Share of right predictions: BinaryAccuracy for one column, SparseCategoricalAccuracy for class numbers "
        "against "
        "several columns, CategoricalAccuracy for a column for each class.");
    for (const char* known : {"accuracy", "acc"}) d.alias(known);
    describe_name<Accuracy>(d);
  }
  bool increases() const override { return true; }
  std::vector<MetricSum> sums(graph::Builder& b, graph::Value target, graph::Value prediction,
                              std::optional<graph::Value> weight) const override {
    const std::string fitting = resolve_accuracy(b.shape(target), b.shape(prediction));
    return make_metric({"metric", fitting, {}, {}})->sums(b, target, prediction, weight);
  }
  std::vector<double> results(std::span<const std::vector<double>> totals) const override {
    return make_metric({"metric", "BinaryAccuracy", {}, {}})->results(totals);  // a mean, as all accuracies
  }

 protected:
  std::string default_name() const override { return "accuracy"; }
};

}  // namespace

void register_accuracy(MetricRegistry& registry) { registry.add<Accuracy>(); }

}  // namespace dltrain::models
