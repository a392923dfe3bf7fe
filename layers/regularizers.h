// Regularizers as components: what large weights (or activities) add to the loss.
#pragma once

#include <optional>

#include "core/describe.h"
#include "layers/component_registry.h"
#include "layers/tensor.h"

namespace dltrain::layers {

struct RegularizerKind {
  Schema schema;
  Value (*penalty)(const Component&, Builder&, Value);
  std::optional<double> (*squares)(const Component&);
};

class RegularizerRegistry : public ComponentRegistry<RegularizerKind> {};

const RegularizerRegistry& regularizer_registry();

// The penalty of x, a scalar: to be added to the loss as it is.
Value penalty(Builder& builder, const Component& regularizer, Value x);

// The factor, if the penalty is no more than a factor times the sum of squares: its slope is 2 x factor x value.
std::optional<double> squares_factor(const Component& regularizer);

// Registers regularizer T, which has `kind`, `describe` and `Value penalty(Builder&, Value) const`, and perhaps
// `std::optional<double> squares() const`, the factor of squares_factor.
template <class T> void add_regularizer(RegularizerRegistry& registry) {
  registry.add(
      {make_schema<T>("regularizer"),
       [](const Component& component, Builder& builder, Value x) { return read<T>(component).penalty(builder, x); },
       [](const Component& component) -> std::optional<double> {
         if constexpr (requires(const T& regularizer) { regularizer.squares(); }) return read<T>(component).squares();
         else return std::nullopt;
       }});
}

}  // namespace dltrain::layers
