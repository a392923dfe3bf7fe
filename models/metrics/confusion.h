// Metrics from counts of right and wrong positives at thresholds: Precision, Recall; AUC. Private to metrics/.
#pragma once

#include "models/metrics/metric.h"

#include "models/losses/targets.h"

namespace dltrain::models {

// All elements in a row against thresholds: whether the target is positive [1, M], whether the prediction is above each
// threshold [T, M], and the weight of each element [1, M].
struct Comparison {
  graph::Value positive;
  graph::Value chosen;
  std::optional<graph::Value> weight;
};
Comparison compare(graph::Builder& b, const Pair& pair, const std::vector<double>& thresholds,
                   const std::optional<graph::Value>& weight);

class ConfusionMetric : public Metric {
 public:
  bool increases() const override { return true; }
  LossTraits traits() const override;
  // "true_positives" and what the kind divides by beside it; a number for each threshold.
  std::vector<MetricSum> sums(graph::Builder& b, graph::Value target, graph::Value prediction,
                              std::optional<graph::Value> weight) const override;
  std::vector<double> results(std::span<const std::vector<double>> totals) const override;
  std::vector<std::string> suffixes() const override;

  std::optional<std::vector<double>> thresholds;  // default: 0.5, or none with top_k
  std::optional<int64_t> top_k;
  std::optional<int64_t> class_id;

 protected:
  // The other sum: elements whose target and prediction, as positive or not, are these.
  struct Other {
    const char* name;
    bool target;
    bool prediction;
  };
  virtual Other other() const = 0;

  template <class T> static void describe_confusion(auto& d) {
    d.param(&T::thresholds, "thresholds", "predictions above it are positive; several give a value each")
        .at_least(0)
        .at_most(1);
    d.param(&T::top_k, "top_k", "only the k largest predictions of a row are positive").at_least(1);
    d.param(&T::class_id, "class_id", "only this column counts").at_least(0);
    describe_name<T>(d);
  }
};

}  // namespace dltrain::models
