// RootMeanSquaredError: the root of the mean of squared differences over all samples, not the mean of roots.
#include <cmath>

#include "graph/ops.h"
#include "models/losses/targets.h"
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct RootMeanSquaredError : MeanMetric {
  static constexpr auto kind = "RootMeanSquaredError";

  static void describe(auto& d) {
    d.doc("Root of the mean of the squared differences.");
    d.alias("root_mean_squared_error");
    describe_name<RootMeanSquaredError>(d);
  }
  bool increases() const override { return false; }
  std::vector<double> results(std::span<const std::vector<double>> totals) const override {
    return {std::sqrt(MeanMetric::results(totals)[0])};
  }

 protected:
  std::string default_name() const override { return "root_mean_squared_error"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    return {graph::square(b, graph::sub(b, pair.prediction, pair.target)), {}};
  }
};

}  // namespace

void register_root_mean_squared_error(MetricRegistry& registry) { registry.add<RootMeanSquaredError>(); }

}  // namespace dltrain::models
