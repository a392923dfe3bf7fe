// CosineSimilarity: the mean cosine between target and prediction; the loss of that name is its opposite.
#include "graph/ops.h"
#include "models/metrics/mean_metric.h"

namespace dltrain::models {

namespace {

struct CosineSimilarity : MeanMetric {
  static constexpr auto kind = "CosineSimilarity";
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc("Mean cosine between target and prediction: 1 where they point the same way.");
    d.alias("cosine_similarity");
    d.param(&CosineSimilarity::axis, "axis", "along which they are vectors");
    describe_name<CosineSimilarity>(d);
  }
  bool increases() const override { return true; }

 protected:
  std::string default_name() const override { return "cosine_similarity"; }
  LossValues values(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    Table params;
    params.set("axis", axis);
    return {graph::neg(b, loss_with(kind, params)->build(b, target, prediction).values), {}};
  }
};

}  // namespace

void register_cosine_similarity(MetricRegistry& registry) { registry.add<CosineSimilarity>(); }

}  // namespace dltrain::models
