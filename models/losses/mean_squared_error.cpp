// MeanSquaredError: the mean of (target - prediction)^2 over the last axis.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct MeanSquaredError : Loss {
  static constexpr auto kind = "MeanSquaredError";

  static void describe(auto& d) {
    d.doc("Mean of the squared differences: mean((target - prediction)^2).");
    for (const char* name : {"mean_squared_error", "mse", "MSE"}) d.alias(name);
    describe_reduction<MeanSquaredError>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    return {graph::reduce_mean(b, graph::square(b, graph::sub(b, pair.target, pair.prediction)), {-1}), {}};
  }
};

}  // namespace

void register_mean_squared_error(LossRegistry& registry) { registry.add<MeanSquaredError>(); }

}  // namespace dltrain::models
