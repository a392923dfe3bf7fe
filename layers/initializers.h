// Initializers as components: the first values of weights, drawn on the host in double. A value is a pure function of
// (seed, name of the weight, element), so it depends neither on other weights nor on the device.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/array.h"
#include "core/describe.h"
#include "core/random.h"
#include "layers/component_registry.h"

namespace dltrain::layers {

struct InitializerKind {
  Schema schema;
  // Fills `values`, which has shape and dtype; the stream is that of the weight.
  void (*fill)(const Component&, uint64_t seed, uint64_t stream, Array& values);
};

class InitializerRegistry : public ComponentRegistry<InitializerKind> {};

const InitializerRegistry& initializer_registry();

// The first value of a weight. `seed` is the run's; an initializer with a seed of its own uses that one. A component
// without a kind means zeros. Throws UserError (recipe) where the initializer cannot make the shape.
Array initialize(const Component& initializer, const Shape& shape, DType dtype, uint64_t seed,
                 std::string_view weight_name);

// The part that drawing initializers share: the `seed` parameter.
struct Seeded {
  std::optional<int64_t> seed;

  static void describe_seed(auto& d) {
    d.param(&Seeded::seed, "seed", "start of its random numbers; without it they follow from the run's seed");
  }
};

// Registers initializer T, which has `kind`, `describe` and `void fill(Array&) const`, or, if it is Seeded,
// `void fill(const RandomStream&, Array&) const`.
template <class T> void add_initializer(InitializerRegistry& registry) {
  registry.add(
      {make_schema<T>("initializer"), [](const Component& component, uint64_t seed, uint64_t stream, Array& values) {
         const T initializer = read<T>(component);
         if constexpr (std::is_base_of_v<Seeded, T>) {
           const uint64_t own = initializer.seed ? static_cast<uint64_t>(*initializer.seed) : seed;
           initializer.fill(RandomStream(own, stream), values);
         } else {
           initializer.fill(values);
         }
       }});
}

}  // namespace dltrain::layers
