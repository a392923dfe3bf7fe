// Minimum: the smallest of its inputs.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Minimum {
  static constexpr auto kind = "Minimum";
  static constexpr LayerTraits traits = {.inputs = at_least(2), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc("The smallest of its inputs, element by element. Sizes must be equal or 1 along each axis.");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const { return merge(b, inputs, graph::minimum); }
};

}  // namespace

void register_minimum(LayerRegistry& registry) { add_layer<Minimum>(registry); }

}  // namespace dltrain::layers
