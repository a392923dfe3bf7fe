// MeanAbsolutePercentageError: the mean of absolute differences in percent of the target.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct MeanAbsolutePercentageError : LossMetric {
  static constexpr auto kind = "MeanAbsolutePercentageError";

  static void describe(auto& d) {
    d.doc("Mean of the absolute differences in percent of the target.");
    for (const char* known : {"mean_absolute_percentage_error", "mape", "MAPE"}) d.alias(known);
    describe_name<MeanAbsolutePercentageError>(d);
  }

 protected:
  std::string default_name() const override { return "mean_absolute_percentage_error"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_mean_absolute_percentage_error(MetricRegistry& registry) { registry.add<MeanAbsolutePercentageError>(); }

}  // namespace dltrain::models
