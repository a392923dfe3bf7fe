// MeanAbsoluteError: the mean of absolute differences.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct MeanAbsoluteError : LossMetric {
  static constexpr auto kind = "MeanAbsoluteError";

  static void describe(auto& d) {
    d.doc("Mean of the absolute differences.");
    for (const char* known : {"mean_absolute_error", "mae", "MAE"}) d.alias(known);
    describe_name<MeanAbsoluteError>(d);
  }

 protected:
  std::string default_name() const override { return "mean_absolute_error"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_mean_absolute_error(MetricRegistry& registry) { registry.add<MeanAbsoluteError>(); }

}  // namespace dltrain::models
