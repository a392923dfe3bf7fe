// LogCosh: the mean of log(cosh(prediction - target)) over the last axis, in a form that does not overflow.
#include <numbers>

#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct LogCosh : Loss {
  static constexpr auto kind = "LogCosh";

  static void describe(auto& d) {
    d.doc("Mean of log(cosh(prediction - target)): e^2 / 2 for small errors, |e| - log(2) for large ones.");
    d.alias("log_cosh");
    describe_reduction<LogCosh>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const graph::Value error = graph::sub(b, pair.prediction, pair.target);
    const graph::Value tail = graph::softplus(b, graph::mul(b, error, -2));
    const graph::Value values = graph::sub(b, graph::add(b, error, tail), std::numbers::ln2);
    return {graph::reduce_mean(b, values, {-1}), {}};
  }
};

}  // namespace

void register_log_cosh(LossRegistry& registry) { registry.add<LogCosh>(); }

}  // namespace dltrain::models
