// MaxPooling1D: the largest value of each window over a sequence.
#include "layers/layer.h"
#include "layers/support/pooling.h"

namespace dltrain::layers {
namespace {

struct MaxPooling1D : PoolingWindow<1> {
  static constexpr auto kind = "MaxPooling1D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};

  static void describe(auto& d) {
    d.doc("The largest value of each window. Input [N, steps, channels], output [N, new steps, channels].");
    describe_pooling(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }

  Value build(Builder& b, Value x) const { return pool_sequences(b, x, *this, graph::max_pool2d); }
};

}  // namespace

void register_max_pooling1d(LayerRegistry& registry) { add_layer<MaxPooling1D>(registry); }

}  // namespace dltrain::layers
