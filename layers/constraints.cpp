#include "layers/constraints.h"

namespace dltrain::layers {

void register_all(ConstraintRegistry& registry);  // generated

const ConstraintRegistry& constraint_registry() {
  static const ConstraintRegistry registry = [] {
    ConstraintRegistry filled;
    register_all(filled);
    return filled;
  }();
  return registry;
}

Value constrain(Builder& builder, const Component& constraint, Value x) {
  return constraint_registry().at(constraint).constrain(constraint, builder, x);
}

}  // namespace dltrain::layers
