// MaxPooling2D: the largest value of each window over an image.
#include "layers/layer.h"
#include "layers/support/pooling.h"

namespace dltrain::layers {
namespace {

struct MaxPooling2D : PoolingWindow<2> {
  static constexpr auto kind = "MaxPooling2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};

  static void describe(auto& d) {
    d.doc(
        "The largest value of each window. Input [N, height, width, channels], output [N, new height, new width, "
        "channels].");
    describe_pooling(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const { return pool_images(b, x, *this, graph::max_pool2d); }
};

}  // namespace

void register_max_pooling2d(LayerRegistry& registry) { add_layer<MaxPooling2D>(registry); }

}  // namespace dltrain::layers
