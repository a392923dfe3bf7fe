// Add: the sum of its inputs, such as the two branches of a residual block.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Add {
  static constexpr auto kind = "Add";
  static constexpr LayerTraits traits = {.inputs = at_least(2), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc("The sum of its inputs, element by element. Sizes must be equal or 1 along each axis.");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const { return merge(b, inputs, graph::add); }
};

}  // namespace

void register_add(LayerRegistry& registry) { add_layer<Add>(registry); }

}  // namespace dltrain::layers
