// What the file of a layer includes. A layer is a struct with `kind`, `traits`, defaults as member initialisers,
// `describe` and one of
//
//   Value build(Builder&, Value) const;                                one input; the registry takes care of its mask
//   Tensor build(Builder&, const Tensor&) const;                       one input, with its mask
//   Value build(Builder&, std::span<const Tensor>) const;              several inputs
//   Tensor build(Builder&, std::span<const Tensor>) const;
//   std::vector<Tensor> build(Builder&, std::span<const Tensor>) const;
#pragma once

#include "core/describe.h"
#include "layers/registry.h"

namespace dltrain::layers {

inline std::vector<Tensor> as_tensors(Value value) { return {{value, {}}}; }
inline std::vector<Tensor> as_tensors(Tensor tensor) { return {tensor}; }
inline std::vector<Tensor> as_tensors(std::vector<Tensor> tensors) { return tensors; }

template <class T>
std::vector<Tensor> build_as(const Component& component, Builder& builder, std::span<const Tensor> inputs) {
  const T layer = read<T>(component);
  if constexpr (requires { layer.build(builder, inputs); }) {
    return as_tensors(layer.build(builder, inputs));
  } else if constexpr (requires { layer.build(builder, inputs[0]); }) {
    return as_tensors(layer.build(builder, inputs[0]));
  } else {
    return as_tensors(layer.build(builder, inputs[0].value));
  }
}

// Registers layer T. A T that adapts has: std::optional<Adaptation> adaptation(const Shape& input) const.
template <class T> void add_layer(LayerRegistry& registry) {
  LayerKind entry{make_schema<T>("layer"), T::traits, &build_as<T>};
  if constexpr (requires(const T& layer, const Shape& shape) { layer.adaptation(shape); }) {
    entry.adaptation = [](const Component& component, const Shape& input) {
      return read<T>(component).adaptation(input);
    };
  }
  registry.add(std::move(entry));
}

}  // namespace dltrain::layers
