// LayerNormalization: each sample (or step) with mean 0 and variance 1 over its features (Ba et al. 2016).
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/affine.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct LayerNormalization : AffineOptions {
  static constexpr auto kind = "LayerNormalization";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  std::vector<int64_t> axis = {-1};

  static void describe(auto& d) {
    d.doc("gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance over `axis` in each sample.");
    d.param(&LayerNormalization::axis, "axis", "what is normalized together; gamma and beta have its sizes");
    describe_affine(d);
  }
  void check(FieldReport& report) const {
    if (axis.empty()) report.error("axis", "axis must name at least one axis", "leave it out for the last axis");
  }

  Value build(Builder& b, Value x) const {
    Shape sizes;
    for (const int64_t each : axes_of(b, x, axis, "axis"))
      sizes = sizes.concat({b.shape(x)[static_cast<size_t>(each)]});
    const Value factor = gamma(b, sizes);
    const Value offset = beta(b, sizes);
    return on_last_axis(b, x, axis, "axis", [&](Value last) {
      return graph::layer_norm(b, last, flat(b, factor), flat(b, offset), epsilon);
    });
  }

 private:
  static Value flat(Builder& b, Value x) { return b.shape(x).rank() == 1 ? x : graph::reshape(b, x, {-1}); }
};

}  // namespace

void register_layer_normalization(LayerRegistry& registry) { add_layer<LayerNormalization>(registry); }

}  // namespace dltrain::layers
