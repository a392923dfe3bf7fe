// Poisson: the mean of prediction - target log(prediction).
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct Poisson : LossMetric {
  static constexpr auto kind = "Poisson";

  static void describe(auto& d) {
    d.doc("Mean of prediction - target x log(prediction): counts against their expected rate.");
    d.alias("poisson");
    describe_name<Poisson>(d);
  }

 protected:
  std::string default_name() const override { return "poisson"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_poisson(MetricRegistry& registry) { registry.add<Poisson>(); }

}  // namespace dltrain::models
