// LeakyReLU: what is negative passes a little.
#include "graph/ops.h"
#include "layers/layer.h"

namespace dltrain::layers {
namespace {

struct LeakyReLU {
  static constexpr auto kind = "LeakyReLU";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  double negative_slope = 0.3;  // the activation leaky_relu has 0.2

  static void describe(auto& d) {
    d.doc("x for positive x, negative_slope x below.");
    d.param(&LeakyReLU::negative_slope, "negative_slope", "slope below zero").formerly("alpha").at_least(0);
  }

  Value build(Builder& b, Value x) const { return graph::relu(b, x, negative_slope); }
};

}  // namespace

void register_leaky_relu(LayerRegistry& registry) { add_layer<LeakyReLU>(registry); }

}  // namespace dltrain::layers
