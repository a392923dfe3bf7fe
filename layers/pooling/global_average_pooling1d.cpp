// GlobalAveragePooling1D: the mean of each channel over a sequence, of the steps that its mask leaves.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/global_pooling.h"

namespace dltrain::layers {
namespace {

struct GlobalAveragePooling1D : GlobalPooling {
  static constexpr auto kind = "GlobalAveragePooling1D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::stop};

  static void describe(auto& d) {
    d.doc(
        "The mean of each channel over the steps, or those of them that the mask leaves (0 if none). Input "
        "[N, steps, channels], output [N, channels].");
    describe_global(d);
  }

  Value build(Builder& b, const Tensor& x) const {
    expect_rank(b, x.value, 3, steps_text);
    if (!x.mask) return graph::reduce_mean(b, x.value, {1}, keepdims);
    const Shape shape = b.shape(x.value);
    const Value kept = graph::reshape(b, *x.mask, {shape[0], shape[1], 1});
    // Not a product with the mask: what is masked may be infinite.
    const Value masked = graph::select(b, kept, x.value, graph::full(b, b.dtype(x.value), {}, 0));
    const Value steps = graph::reduce_sum(b, graph::cast(b, kept, b.dtype(x.value)), {1}, keepdims);
    const Value number = graph::maximum(b, steps, 1);
    return graph::div(b, graph::reduce_sum(b, masked, {1}, keepdims), number);
  }
};

}  // namespace

void register_global_average_pooling1d(LayerRegistry& registry) { add_layer<GlobalAveragePooling1D>(registry); }

}  // namespace dltrain::layers
