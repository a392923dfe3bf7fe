// KLDivergence: the mean divergence of two distributions.
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct KLDivergence : LossMetric {
  static constexpr auto kind = "KLDivergence";

  static void describe(auto& d) {
    d.doc("Mean divergence of two distributions: sum(target x log(target / prediction)).");
    d.alias("kl_divergence");
    describe_name<KLDivergence>(d);
  }

 protected:
  std::string default_name() const override { return "kl_divergence"; }
  std::unique_ptr<const Loss> loss() const override { return loss_with(kind); }
};

}  // namespace

void register_kl_divergence(MetricRegistry& registry) { registry.add<KLDivergence>(); }

}  // namespace dltrain::models
