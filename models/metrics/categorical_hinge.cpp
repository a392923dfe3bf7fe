// CategoricalHinge: the mean of max(best wrong class - right class + 1, 0).
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct CategoricalHinge : LossMetric {
  static constexpr auto kind = "CategoricalHinge";

  static void describe(auto& d) {
    d.doc("Mean of max(best wrong class - right class + 1, 0); one-hot targets.");
    d.alias("categorical_hinge");
    describe_name<CategoricalHinge>(d);
  }

 protected:
  std::string default_name() const override { return "categorical_hinge"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_categorical_hinge(MetricRegistry& registry) { registry.add<CategoricalHinge>(); }

}  // namespace dltrain::models
