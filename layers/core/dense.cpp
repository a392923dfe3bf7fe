// Dense: a matrix product over the last axis.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct Dense : KernelOptions, OutputOptions {
  static constexpr auto kind = "Dense";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  int64_t units = 1;

  static void describe(auto& d) {
    d.doc("Fully connected layer: activation(x kernel + bias). Input [N, ..., in], output [N, ..., units].");
    d.param(&Dense::units, "units", "width of the output").required().at_least(1).formerly("output_dim");
    describe_activation(d);
    describe_kernel(d);
    describe_output(d);
  }

  Value build(Builder& b, Value x) const {
    const Shape shape = b.shape(x);
    if (shape.rank() < 2) {
      b.fail("rank",
             "needs an axis of features to multiply (the input is " + sample_text(shape) + ", one number per sample)",
             "put { type = \"Reshape\", target_shape = [1] } before it");
    }
    const Value weights = kernel(b, {shape.back(), units});
    const Value offset = bias(b, units);
    // One large product instead of many small ones, and a kernel gradient without a sum over them.
    const Value rows = shape.rank() == 2 ? x : graph::reshape(b, x, {-1, shape.back()});
    const Value y = add_bias(b, graph::matmul(b, rows, weights), offset);
    if (shape.rank() == 2) return finish(b, y);
    return finish(b, graph::reshape(b, y, shape.slice(0, shape.rank() - 1).concat({units})));
  }
};

}  // namespace

void register_dense(LayerRegistry& registry) { add_layer<Dense>(registry); }

}  // namespace dltrain::layers
