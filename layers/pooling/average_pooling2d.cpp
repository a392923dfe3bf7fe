// AveragePooling2D: the mean of each window over an image.
#include "layers/layer.h"
#include "layers/support/pooling.h"

namespace dltrain::layers {
namespace {

struct AveragePooling2D : PoolingWindow<2> {
  static constexpr auto kind = "AveragePooling2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};

  static void describe(auto& d) {
    d.doc(
        "The mean of each window; what lies over the edge does not count. Input [N, height, width, channels], output "
        "[N, new height, new width, channels].");
    describe_pooling(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const { return pool_images(b, x, *this, graph::average_pool2d); }
};

}  // namespace

void register_average_pooling2d(LayerRegistry& registry) { add_layer<AveragePooling2D>(registry); }

}  // namespace dltrain::layers
