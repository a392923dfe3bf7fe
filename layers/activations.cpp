#include "layers/activations.h"

namespace dltrain::layers {

void register_all(ActivationRegistry& registry);  // generated

const ActivationRegistry& activation_registry() {
  static const ActivationRegistry registry = [] {
    ActivationRegistry filled;
    register_all(filled);
    return filled;
  }();
  return registry;
}

Value activate(Builder& builder, const Component& activation, Value x) {
  return activation_registry().at(activation).activate(activation, builder, x);
}

}  // namespace dltrain::layers
