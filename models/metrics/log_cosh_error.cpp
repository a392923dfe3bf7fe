// LogCoshError: the mean of log(cosh(prediction - target)). Keras calls its values "logcosh".
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct LogCoshError : LossMetric {
  static constexpr auto kind = "LogCoshError";

  static void describe(auto& d) {
    d.doc("Mean of log(cosh(prediction - target)).");
    d.alias("log_cosh_error");
    describe_name<LogCoshError>(d);
  }

 protected:
  std::string default_name() const override { return "logcosh"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with("LogCosh"); }
};

}  // namespace

void register_log_cosh_error(MetricRegistry& registry) { registry.add<LogCoshError>(); }

}  // namespace dltrain::models
