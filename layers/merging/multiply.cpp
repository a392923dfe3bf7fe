// Multiply: the product of its inputs, such as a gate and what it lets through.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Multiply {
  static constexpr auto kind = "Multiply";
  static constexpr LayerTraits traits = {.inputs = at_least(2), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc("The product of its inputs, element by element. Sizes must be equal or 1 along each axis.");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const { return merge(b, inputs, graph::mul); }
};

}  // namespace

void register_multiply(LayerRegistry& registry) { add_layer<Multiply>(registry); }

}  // namespace dltrain::layers
