// CosineSimilarity: minus the cosine of the angle between target and prediction.
#include "graph/ops.h"
#include "models/losses/loss.h"
#include "models/losses/targets.h"

namespace dltrain::models {

namespace {

struct CosineSimilarity : Loss {
  static constexpr auto kind = "CosineSimilarity";
  int64_t axis = -1;

  static void describe(auto& d) {
    d.doc(
        "Minus the cosine between target and prediction: -1 where they point the same way, 0 where one of them is "
        "zero.");
    d.alias("cosine_similarity");
    d.param(&CosineSimilarity::axis, "axis", "along which they are vectors");
    describe_reduction<CosineSimilarity>(d);
  }
  LossTraits traits() const override { return {}; }
  LossValues build(graph::Builder& b, graph::Value target, graph::Value prediction) const override {
    const Pair pair = same_shape(b, target, prediction);
    const int64_t along = checked_axis(b, axis, pair.prediction);
    const auto unit = [&](graph::Value x) {
      const graph::Value squares = graph::reduce_sum(b, graph::square(b, x), {along}, true);
      return graph::mul(b, x, graph::rsqrt(b, graph::maximum(b, squares, 1e-14)));  // norms of at least 1e-7
    };
    const graph::Value products = graph::mul(b, unit(pair.target), unit(pair.prediction));
    return {graph::neg(b, graph::reduce_sum(b, products, {along})), {}};
  }
};

}  // namespace

void register_cosine_similarity(LossRegistry& registry) { registry.add<CosineSimilarity>(); }

}  // namespace dltrain::models
