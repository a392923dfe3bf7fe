// Subtract: the first input less the second.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Subtract {
  static constexpr auto kind = "Subtract";
  static constexpr LayerTraits traits = {.inputs = exactly(2), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc("The first input less the second, element by element. Sizes must be equal or 1 along each axis.");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const { return merge(b, inputs, graph::sub); }
};

}  // namespace

void register_subtract(LayerRegistry& registry) { add_layer<Subtract>(registry); }

}  // namespace dltrain::layers
