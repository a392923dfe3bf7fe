// Conv2D: windows over images.
#include "layers/layer.h"
#include "layers/support/convolution.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct Conv2D : ConvolutionWindow<2>, KernelOptions, OutputOptions {
  static constexpr auto kind = "Conv2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};
  int64_t filters = 1;
  int64_t groups = 1;

  static void describe(auto& d) {
    d.doc(
        "Convolution over images: activation(x * kernel + bias). Input [N, height, width, channels], output "
        "[N, new height, new width, filters].");
    d.param(&Conv2D::filters, "filters", "channels of the output").required().at_least(1).formerly("nb_filter");
    describe_window(d);
    d.param(&Conv2D::groups, "groups", "into so many parts channels and filters are divided, each with its own")
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
    expect_rank(b, x, 4, images_text);
    expect_groups(b, x, groups);
    expect_fit(b, x, padding, windows(), "kernel_size", image_axes);
    const Shape shape = b.shape(x);
    const Value weights = kernel(b, {kernel_size[0], kernel_size[1], shape[3] / groups, filters});
    const Value offset = bias(b, filters);
    const Value y = graph::conv2d(b, x, weights, window2d(padding, windows(), shape, groups));
    return finish(b, add_bias(b, y, offset));
  }
};

}  // namespace

void register_conv2d(LayerRegistry& registry) { add_layer<Conv2D>(registry); }

}  // namespace dltrain::layers
