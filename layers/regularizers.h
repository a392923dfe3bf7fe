// Regularizers as components: what large weights (or activities) add to the loss.
#pragma once

#include "core/describe.h"
#include "layers/component_registry.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct RegularizerKind {
  Schema schema;
  Value (*penalty)(const Component&, Builder&, Value);
};

class RegularizerRegistry : public ComponentRegistry<RegularizerKind> {};

const RegularizerRegistry& regularizer_registry();

// The penalty of x, a scalar: to be added to the loss as it is.
Value penalty(Builder& builder, const Component& regularizer, Value x);

// Registers regularizer T, which has `kind`, `describe` and `Value penalty(Builder&, Value) const`.
template <class T> void add_regularizer(RegularizerRegistry& registry) {
  registry.add({make_schema<T>("regularizer"), [](const Component& component, Builder& builder, Value x) {
                  return read<T>(component).penalty(builder, x);
                }});
}

}  // namespace dltrain::layers
