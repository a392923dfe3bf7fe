// KLDivergence: the sum of target log(target / prediction) over the last axis (Kullback and Leibler 1951).
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct KLDivergence : Loss {
  static constexpr auto kind = "KLDivergence";

  static void describe(auto& d) {
    d.doc("Divergence of two distributions: sum(target x log(target / prediction)), both clipped to 1e-7..1.");
    for (const char* name : {"kl_divergence", "kld", "KLD"}) d.alias(name);
    describe_reduction<KLDivergence>(d);
  }
  LossTraits traits() const override { return {PredictionKind::distribution, TargetForm::one_hot}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const graph::Value p = graph::clip(b, pair.target, 1e-7, 1);
    const graph::Value q = graph::clip(b, pair.prediction, 1e-7, 1);
    return {graph::reduce_sum(b, graph::mul(b, p, graph::log(b, graph::div(b, p, q))), {-1}), {}};
  }
};

}  // namespace

void register_kl_divergence(LossRegistry& registry) { registry.add<KLDivergence>(); }

}  // namespace dltrain::models
