// Average: the mean of its inputs.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/merging.h"

namespace dltrain::layers {
namespace {

struct Average {
  static constexpr auto kind = "Average";
  static constexpr LayerTraits traits = {.inputs = at_least(2), .mask = MaskRule::compute};

  static void describe(auto& d) {
    d.doc("The mean of its inputs, element by element. Sizes must be equal or 1 along each axis.");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const {
    Tensor sum = merge(b, inputs, graph::add);
    sum.value = graph::div(b, sum.value, static_cast<double>(inputs.size()));
    return sum;
  }
};

}  // namespace

void register_average(LayerRegistry& registry) { add_layer<Average>(registry); }

}  // namespace dltrain::layers
