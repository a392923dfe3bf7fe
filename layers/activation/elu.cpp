// ELU: below zero an exponential that tends to -alpha (Clevert et al. 2016).
#include "graph/ops.h"
#include "layers/layer.h"

namespace dltrain::layers {
namespace {

struct ELU {
  static constexpr auto kind = "ELU";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  double alpha = 1;

  static void describe(auto& d) {
    d.doc("x for positive x, alpha (e^x - 1) below.");
    d.param(&ELU::alpha, "alpha", "what it tends to below, with a minus sign").at_least(0);
  }

  Value build(Builder& b, Value x) const { return graph::elu(b, x, alpha); }
};

}  // namespace

void register_elu(LayerRegistry& registry) { add_layer<ELU>(registry); }

}  // namespace dltrain::layers
