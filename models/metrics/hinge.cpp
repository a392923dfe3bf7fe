// Hinge and SquaredHinge: the mean of max(1 - target prediction, 0), or of its square.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct Hinge : LossMetric {
  static constexpr auto kind = "Hinge";

  static void describe(auto& d) {
    d.doc("Mean of max(1 - target x prediction, 0), with targets -1 and 1 (0 and 1 are taken for these).");
    d.alias("hinge");
    describe_name<Hinge>(d);
  }

 protected:
  std::string default_name() const override { return "hinge"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

struct SquaredHinge : LossMetric {
  static constexpr auto kind = "SquaredHinge";

  static void describe(auto& d) {
    d.doc("Mean of max(1 - target x prediction, 0)^2, with targets -1 and 1 (0 and 1 are taken for these).");
    d.alias("squared_hinge");
    describe_name<SquaredHinge>(d);
  }

 protected:
  std::string default_name() const override { return "squared_hinge"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_hinge(MetricRegistry& registry) {
  registry.add<Hinge>();
  registry.add<SquaredHinge>();
}

}  // namespace dltrain::models
