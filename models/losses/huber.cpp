// Huber: squares of small errors, absolute values of large ones (Huber 1964).
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct Huber : Loss {
  static constexpr auto kind = "Huber";
  double delta = 1;

  static void describe(auto& d) {
    d.doc("Mean of e^2 / 2 where the error |e| is at most delta, and of delta |e| - delta^2 / 2 beyond.");
    d.alias("huber");
    d.param(&Huber::delta, "delta", "the error from which on the loss grows in a straight line").greater_than(0);
    describe_reduction<Huber>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const graph::Value error = graph::sub(b, pair.prediction, pair.target);
    const graph::Value size = graph::abs(b, error);
    const graph::Value near = graph::mul(b, graph::square(b, error), 0.5);
    const graph::Value far = graph::sub(b, graph::mul(b, size, delta), 0.5 * delta * delta);
    const graph::Value is_near = graph::less_equal(b, size, graph::full(b, b.dtype(size), {}, delta));
    return {graph::reduce_mean(b, graph::select(b, is_near, near, far), {-1}), {}};
  }
};

}  // namespace

void register_huber(LossRegistry& registry) { registry.add<Huber>(); }

}  // namespace dltrain::models
