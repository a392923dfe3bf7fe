// CategoricalHinge: max(best wrong class - right class + 1, 0).
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct CategoricalHinge : Loss {
  static constexpr auto kind = "CategoricalHinge";

  static void describe(auto& d) {
    d.doc(
        "max(neg - pos + 1, 0) with pos = sum(target x prediction) and neg = max((1 - target) x prediction); one-hot "
        "targets.");
    d.alias("categorical_hinge");
    describe_reduction<CategoricalHinge>(d);
  }
  LossTraits traits() const override { return {PredictionKind::numbers, TargetForm::one_hot}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = one_hot_pair(b, "SparseCategoricalCrossentropy", target, prediction);
    const graph::Value right = graph::reduce_sum(b, graph::mul(b, pair.target, pair.prediction), {-1});
    const graph::Value others = graph::add(b, graph::neg(b, pair.target), 1);
    const graph::Value wrong = graph::reduce_max(b, graph::mul(b, others, pair.prediction), {-1});
    return {graph::maximum(b, graph::add(b, graph::sub(b, wrong, right), 1), 0), {}};
  }
};

}  // namespace

void register_categorical_hinge(LossRegistry& registry) { registry.add<CategoricalHinge>(); }

}  // namespace dltrain::models
