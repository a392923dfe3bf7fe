// AveragePooling1D: the mean of each window over a sequence.
#include "layers/layer.h"
#include "layers/support/pooling.h"

namespace dltrain::layers {
namespace {

struct AveragePooling1D : PoolingWindow<1> {
  static constexpr auto kind = "AveragePooling1D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};

  static void describe(auto& d) {
    d.doc(
        "The mean of each window; what lies over the edge does not count. Input [N, steps, channels], output [N, new "
        "steps, channels].");
    describe_pooling(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const { return pool_sequences(b, x, *this, graph::average_pool2d); }
};

}  // namespace

void register_average_pooling1d(LayerRegistry& registry) { add_layer<AveragePooling1D>(registry); }

}  // namespace dltrain::layers
