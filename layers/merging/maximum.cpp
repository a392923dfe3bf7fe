// Maximum: the largest of its inputs.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Maximum {
  static constexpr auto kind = "Maximum";
  static constexpr LayerTraits traits = {.inputs = at_least(2), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc("The largest of its inputs, element by element. Sizes must be equal or 1 along each axis.");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const { return merge(b, inputs, graph::maximum); }
};

}  // namespace

void register_maximum(LayerRegistry& registry) { add_layer<Maximum>(registry); }

}  // namespace dltrain::layers
