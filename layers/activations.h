// Activation functions as components: the layer Activation and the `activation` of other layers.
#pragma once

#include "core/describe.h"
#include "layers/component_registry.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct ActivationKind {
  Schema schema;
  Value (*activate)(const Component&, Builder&, Value);
};

class ActivationRegistry : public ComponentRegistry<ActivationKind> {};

const ActivationRegistry& activation_registry();

// f(x), of the shape of x. `activation` is in canonical form.
Value activate(Builder& builder, const Component& activation, Value x);

// Registers activation T, which has `kind`, `describe` and `Value activate(Builder&, Value) const`.
template <class T> void add_activation(ActivationRegistry& registry) {
  registry.add({make_schema<T>("activation"), [](const Component& component, Builder& builder, Value x) {
                  return read<T>(component).activate(builder, x);
                }});
}

}  // namespace dltrain::layers
