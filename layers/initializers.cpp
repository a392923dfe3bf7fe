#include "layers/initializers.h"

namespace dltrain::layers {

void register_all(InitializerRegistry& registry);  // generated

const InitializerRegistry& initializer_registry() {
  static const InitializerRegistry registry = [] {
    InitializerRegistry filled;
    register_all(filled);
    return filled;
  }();
  return registry;
}

Array initialize(const Component& initializer, const Shape& shape, DType dtype, uint64_t seed,
                 std::string_view weight_name) {
  Array values(dtype, shape);
  if (initializer.kind.empty()) return values;
  initializer_registry().at(initializer).fill(initializer, seed, stable_hash(weight_name), values);
  return values;
}

}  // namespace dltrain::layers
