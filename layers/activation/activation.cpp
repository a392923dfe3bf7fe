// Activation: an activation function as a layer.
#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct ActivationLayer {
  static constexpr auto kind = "Activation";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  Component activation = named("activation", "linear");

  static void describe(auto& d) {
    d.doc("Applies an activation function. Output: the shape of the input.");
    d.param(&ActivationLayer::activation, "activation", "the function").required();
  }

  Value build(Builder& b, Value x) const { return activate(b, activation, x); }
};

}  // namespace

void register_activation(LayerRegistry& registry) { add_layer<ActivationLayer>(registry); }

}  // namespace dltrain::layers
