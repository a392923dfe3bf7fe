// ReLU: what is positive passes.
#include "graph/ops.h"
#include "layers/layer.h"

namespace dltrain::layers {
namespace {

struct ReLU {
  static constexpr auto kind = "ReLU";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  std::optional<double> max_value;
  double negative_slope = 0;
  double threshold = 0;

  static void describe(auto& d) {
    d.doc(
        "x from threshold to max_value, max_value above, negative_slope (x - threshold) below: max(x, 0) if nothing "
        "else is said.");
    d.param(&ReLU::max_value, "max_value", "upper bound of the result; none without it").at_least(0);
    d.param(&ReLU::negative_slope, "negative_slope", "slope below the threshold").at_least(0);
    d.param(&ReLU::threshold, "threshold", "what is below counts as negative").at_least(0);
  }

  Value build(Builder& b, Value x) const {
    return graph::relu(b, x, negative_slope, max_value.value_or(-1), threshold);
  }
};

}  // namespace

void register_relu(LayerRegistry& registry) { add_layer<ReLU>(registry); }

}  // namespace dltrain::layers
