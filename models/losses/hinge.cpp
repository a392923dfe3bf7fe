// Hinge and SquaredHinge: the mean of max(1 - target prediction, 0), or of its square, over the last axis.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

using graph::Builder;
using graph::Value;

// Targets of 0 and 1 become -1 and 1, if the whole batch is of that kind.
Value signed_target(Builder& b, Value target) {
  const auto is = [&](double value) { return graph::equal(b, target, graph::full(b, b.dtype(target), {}, value)); };
  const Value other = graph::logical_not(b, graph::logical_or(b, is(0), is(1)));
  const Value others = graph::reduce_sum(b, graph::cast(b, other, b.dtype(target)));
  const Value binary = graph::equal(b, others, graph::full(b, b.dtype(target), {}, 0));
  return graph::select(b, binary, graph::sub(b, graph::mul(b, target, 2), 1), target);
}

Value margin(Builder& b, Value target, Value prediction) {
  const Pair pair = same_shape(b, target, prediction);
  const Value agreement = graph::mul(b, signed_target(b, pair.target), pair.prediction);
  return graph::maximum(b, graph::add(b, graph::neg(b, agreement), 1), 0);
}

struct Hinge : Loss {
  static constexpr auto kind = "Hinge";

  static void describe(auto& d) {
    d.doc("Mean of max(1 - target x prediction, 0), with targets -1 and 1 (0 and 1 are taken for these).");
    d.alias("hinge");
    describe_reduction<Hinge>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(Builder& b, Value target, Value prediction) const override {
    return {graph::reduce_mean(b, margin(b, target, prediction), {-1}), {}};
  }
};

struct SquaredHinge : Loss {
  static constexpr auto kind = "SquaredHinge";

  static void describe(auto& d) {
    d.doc("Mean of max(1 - target x prediction, 0)^2, with targets -1 and 1 (0 and 1 are taken for these).");
    d.alias("squared_hinge");
    describe_reduction<SquaredHinge>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(Builder& b, Value target, Value prediction) const override {
    return {graph::reduce_mean(b, graph::square(b, margin(b, target, prediction)), {-1}), {}};
  }
};

}  // namespace

void register_hinge(LossRegistry& registry) {
  registry.add<Hinge>();
  registry.add<SquaredHinge>();
}

}  // namespace dltrain::models
