// MeanAbsoluteError: the mean of |target - prediction| over the last axis.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct MeanAbsoluteError : Loss {
  static constexpr auto kind = "MeanAbsoluteError";

  static void describe(auto& d) {
    d.doc("Mean of the absolute differences: mean(|target - prediction|).");
    for (const char* name : {"mean_absolute_error", "mae", "MAE"}) d.alias(name);
    describe_reduction<MeanAbsoluteError>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    return {graph::reduce_mean(b, graph::abs(b, graph::sub(b, pair.target, pair.prediction)), {-1}), {}};
  }
};

}  // namespace

void register_mean_absolute_error(LossRegistry& registry) { registry.add<MeanAbsoluteError>(); }

}  // namespace dltrain::models
