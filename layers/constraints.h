// Constraints as components: where weights are moved after each update.
#pragma once

#include "core/describe.h"
#include "layers/component_registry.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct ConstraintKind {
  Schema schema;
  Value (*constrain)(const Component&, Builder&, Value);
};

class ConstraintRegistry : public ComponentRegistry<ConstraintKind> {};

const ConstraintRegistry& constraint_registry();

// The nearest weight that the constraint allows (in the sense of its formula), of the shape of the weight.
Value constrain(Builder& builder, const Component& constraint, Value x);

// Registers constraint T, which has `kind`, `describe` and `Value constrain(Builder&, Value) const`.
template <class T> void add_constraint(ConstraintRegistry& registry) {
  registry.add({make_schema<T>("constraint"), [](const Component& component, Builder& builder, Value x) {
                  return read<T>(component).constrain(builder, x);
                }});
}

}  // namespace dltrain::layers
