// MeanSquaredLogarithmicError: the mean of squared differences of log(1 + x).
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct MeanSquaredLogarithmicError : LossMetric {
  static constexpr auto kind = "MeanSquaredLogarithmicError";

  static void describe(auto& d) {
    d.doc("Mean of the squared differences of log(1 + x).");
    for (const char* known : {"mean_squared_logarithmic_error", "msle", "MSLE"}) d.alias(known);
    describe_name<MeanSquaredLogarithmicError>(d);
  }

 protected:
  std::string default_name() const override { return "mean_squared_logarithmic_error"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_mean_squared_logarithmic_error(MetricRegistry& registry) { registry.add<MeanSquaredLogarithmicError>(); }

}  // namespace dltrain::models
