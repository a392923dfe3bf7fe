// Poisson: the mean of prediction - target log(prediction) over the last axis; the prediction is a rate.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct Poisson : Loss {
  static constexpr auto kind = "Poisson";

  static void describe(auto& d) {
    d.doc("Mean of prediction - target x log(prediction + 1e-7): counts as target, their expected rate as prediction.");
    d.alias("poisson");
    describe_reduction<Poisson>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const graph::Value logarithm = graph::log(b, graph::add(b, pair.prediction, 1e-7));
    const graph::Value values = graph::sub(b, pair.prediction, graph::mul(b, pair.target, logarithm));
    return {graph::reduce_mean(b, values, {-1}), {}};
  }
};

}  // namespace

void register_poisson(LossRegistry& registry) { registry.add<Poisson>(); }

}  // namespace dltrain::models
