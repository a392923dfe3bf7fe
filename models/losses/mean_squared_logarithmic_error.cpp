// MeanSquaredLogarithmicError: the mean of (log(1 + target) - log(1 + prediction))^2 over the last axis.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct MeanSquaredLogarithmicError : Loss {
  static constexpr auto kind = "MeanSquaredLogarithmicError";

  static void describe(auto& d) {
    d.doc(
        "Mean of the squared differences of logarithms: mean((log(1 + target) - log(1 + prediction))^2), both at least "
        "1e-7.");
    for (const char* name : {"mean_squared_logarithmic_error", "msle", "MSLE"}) d.alias(name);
    describe_reduction<MeanSquaredLogarithmicError>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const auto logarithm = [&](graph::Value x) { return graph::log1p(b, graph::maximum(b, x, 1e-7)); };
    const graph::Value difference = graph::sub(b, logarithm(pair.prediction), logarithm(pair.target));
    return {graph::reduce_mean(b, graph::square(b, difference), {-1}), {}};
  }
};

}  // namespace

void register_mean_squared_logarithmic_error(LossRegistry& registry) { registry.add<MeanSquaredLogarithmicError>(); }

}  // namespace dltrain::models
