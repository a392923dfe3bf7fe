#include "layers/regularizers.h"

namespace dltrain::layers {

void register_all(RegularizerRegistry& registry);  // generated

const RegularizerRegistry& regularizer_registry() {
  static const RegularizerRegistry registry = [] {
    RegularizerRegistry filled;
    register_all(filled);
    return filled;
  }();
  return registry;
}

Value penalty(Builder& builder, const Component& regularizer, Value x) {
  return regularizer_registry().at(regularizer).penalty(regularizer, builder, x);
}

std::optional<double> squares_factor(const Component& regularizer) {
  return regularizer_registry().at(regularizer).squares(regularizer);
}

}  // namespace dltrain::layers
