// Conv1D: windows over sequences, computed as images of height 1.
#include "layers/layer.h"
#include "layers/support/convolution.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct Conv1D : ConvolutionWindow<1>, KernelOptions, OutputOptions {
  static constexpr auto kind = "Conv1D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};
  int64_t filters = 1;
  int64_t groups = 1;

  static void describe(auto& d) {
    d.doc(
        "Convolution over sequences: activation(x * kernel + bias). Input [N, steps, channels], output "
        "[N, new steps, filters]. With padding \"causal\" no output sees later steps.");
    d.param(&Conv1D::filters, "filters", "channels of the output").required().at_least(1).formerly("nb_filter");
    describe_window(d);
    d.param(&Conv1D::groups, "groups", "into so many parts channels and filters are divided, each with its own")
        .at_least(1);
    describe_activation(d);
    describe_kernel(d);
    describe_output(d);
  }
  void check(FieldReport& report) const {
    check_window(report);
    check_groups(filters, groups, report);
  }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 3, steps_text);
    expect_groups(b, x, groups);
    const Value images = as_images(b, x);
    expect_fit(b, images, padding, windows(), "kernel_size", step_axes);
    const Shape shape = b.shape(images);
    const Value weights = kernel(b, {kernel_size[0], shape[3] / groups, filters});
    const Value offset = bias(b, filters);
    const Value rows = graph::reshape(b, weights, {1, kernel_size[0], shape[3] / groups, filters});
    const Value y = graph::conv2d(b, images, rows, window2d(padding, windows(), shape, groups));
    return finish(b, as_sequences(b, add_bias(b, y, offset)));
  }
};

}  // namespace

void register_conv1d(LayerRegistry& registry) { add_layer<Conv1D>(registry); }

}  // namespace dltrain::layers
