// GlobalAveragePooling2D: the mean of each channel over an image.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/global_pooling.h"

namespace dltrain::layers {
namespace {

struct GlobalAveragePooling2D : GlobalPooling {
  static constexpr auto kind = "GlobalAveragePooling2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};

  static void describe(auto& d) {
    d.doc("The mean of each channel. Input [N, height, width, channels], output [N, channels].");
    describe_global(d);
  }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 4, images_text);
    return graph::reduce_mean(b, x, {1, 2}, keepdims);
  }
};

}  // namespace

void register_global_average_pooling2d(LayerRegistry& registry) { add_layer<GlobalAveragePooling2D>(registry); }

}  // namespace dltrain::layers
