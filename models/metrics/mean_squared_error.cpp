// MeanSquaredError: the mean of squared differences.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct MeanSquaredError : LossMetric {
  static constexpr auto kind = "MeanSquaredError";

  static void describe(auto& d) {
    d.doc("Mean of the squared differences.");
    for (const char* known : {"mean_squared_error", "mse", "MSE"}) d.alias(known);
    describe_name<MeanSquaredError>(d);
  }

 protected:
  std::string default_name() const override { return "mean_squared_error"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_mean_squared_error(MetricRegistry& registry) { registry.add<MeanSquaredError>(); }

}  // namespace dltrain::models
