// MeanAbsolutePercentageError: 100 times the mean of |target - prediction| / |target| over the last axis.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct MeanAbsolutePercentageError : Loss {
  static constexpr auto kind = "MeanAbsolutePercentageError";

  static void describe(auto& d) {
    d.doc(
        "Mean of the absolute differences in percent of the target: 100 x mean(|target - prediction| / max(|target|, "
        "1e-7)).");
    for (const char* name : {"mean_absolute_percentage_error", "mape", "MAPE"}) d.alias(name);
    describe_reduction<MeanAbsolutePercentageError>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const graph::Value size = graph::maximum(b, graph::abs(b, pair.target), 1e-7);
    const graph::Value share = graph::abs(b, graph::div(b, graph::sub(b, pair.target, pair.prediction), size));
    return {graph::mul(b, graph::reduce_mean(b, share, {-1}), 100), {}};
  }
};

}  // namespace

void register_mean_absolute_percentage_error(LossRegistry& registry) { registry.add<MeanAbsolutePercentageError>(); }

}  // namespace dltrain::models
