// RootMeanSquaredError: the root of the mean of squared differences over all samples, not the mean of roots.
#include <cmath>

#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct RootMeanSquaredError : LossMetric {
  static constexpr auto kind = "RootMeanSquaredError";

  static void describe(auto& d) {
    d.doc("Root of the mean of the squared differences.");
    d.alias("root_mean_squared_error");
    describe_name<RootMeanSquaredError>(d);
  }
  std::vector<double> results(std::span<const std::vector<double>> totals) const override {
    return {std::sqrt(MeanMetric::results(totals)[0])};
  }

 protected:
  std::string default_name() const override { return "root_mean_squared_error"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with("MeanSquaredError"); }
};

}  // namespace

void register_root_mean_squared_error(MetricRegistry& registry) { registry.add<RootMeanSquaredError>(); }

}  // namespace dltrain::models
