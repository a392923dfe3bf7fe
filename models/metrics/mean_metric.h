// Metrics that are a mean over all elements: total / count, each element as often as its weight says. Private to
// metrics/.
#pragma once

#include "models/metrics/metric.h"

namespace dltrain::models {

class MeanMetric : public Metric {
 public:
  std::vector<MetricSum> sums(graph::Builder& b, graph::Value target, graph::Value prediction,
                              std::optional<graph::Value> weight) const override;
  std::vector<double> results(std::span<const std::vector<double>> totals) const override;

 protected:
  // What the mean is taken of: real, [N, ...]. Elements that the mask leaves out do not count. (Keras counts what
  // `ignore_class` leaves out as zeros in metrics without weights, so that they differ from the loss of the same name.)
  virtual LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const = 0;
};

// A metric that is the mean of a loss of the same kind.
class LossMetric : public MeanMetric {
 public:
  LossTraits traits() const override { return loss()->traits(); }
  bool increases() const override { return false; }

 protected:
  // The loss with the parameters of the metric.
  virtual std::unique_ptr<const Loss> loss() const = 0;
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    return loss()->build(b, target, prediction);
  }
};

// A loss with the parameters given and defaults for the others.
std::unique_ptr<const Loss> loss_with(std::string kind, Table params = {});

// Truth values as numbers of the model's real dtype.
graph::Value as_numbers(graph::Builder& b, graph::Value truth);

}  // namespace dltrain::models
