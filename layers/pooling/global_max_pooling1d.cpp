// GlobalMaxPooling1D: the largest value of each channel over a sequence.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/global_pooling.h"

namespace dltrain::layers {
namespace {

struct GlobalMaxPooling1D : GlobalPooling {
  static constexpr auto kind = "GlobalMaxPooling1D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};

  static void describe(auto& d) {
    d.doc("The largest value of each channel. Input [N, steps, channels], output [N, channels].");
    describe_global(d);
  }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 3, steps_text);
    return graph::reduce_max(b, x, {1}, keepdims);
  }
};

}  // namespace

void register_global_max_pooling1d(LayerRegistry& registry) { add_layer<GlobalMaxPooling1D>(registry); }

}  // namespace dltrain::layers
