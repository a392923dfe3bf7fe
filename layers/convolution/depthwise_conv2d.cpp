// DepthwiseConv2D: each channel of an image has windows of its own.
#include "layers/layer.h"
#include "layers/support/convolution.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct DepthwiseConv2D : ConvolutionWindow<2>, OutputOptions {
  static constexpr auto kind = "DepthwiseConv2D";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};
  int64_t depth_multiplier = 1;
  Component depthwise_initializer = named("initializer", "GlorotUniform");
  std::optional<Component> depthwise_regularizer;
  std::optional<Component> depthwise_constraint;

  static void describe(auto& d) {
    using Self = DepthwiseConv2D;
    d.doc(
        "Convolution of each channel by itself. Input [N, height, width, channels], output [N, new height, new width, "
        "channels depth_multiplier]; those of one channel stand together.");
    describe_window(d);
    d.param(&Self::depth_multiplier, "depth_multiplier", "outputs of each channel").at_least(1);
    describe_activation(d);
    d.param(&Self::depthwise_initializer, "depthwise_initializer", "first values of the kernel");
    d.param(&Self::depthwise_regularizer, "depthwise_regularizer", "what the kernel adds to the loss")
        .family("regularizer");
    d.param(&Self::depthwise_constraint, "depthwise_constraint", "where the kernel is moved after each update")
        .family("constraint");
    describe_output(d);
  }
  void check(FieldReport& report) const { check_window(report); }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 4, images_text);
    expect_fit(b, x, padding, windows(), "kernel_size", image_axes);
    const Shape shape = b.shape(x);
    const int64_t channels = shape[3];
    const Value weights = b.weight("kernel", {kernel_size[0], kernel_size[1], channels, depth_multiplier},
                                   depthwise_initializer, depthwise_regularizer, depthwise_constraint);
    const Value offset = bias(b, channels * depth_multiplier);
    // As a convolution with one group for each channel: its filters are those of the channel.
    const Value grouped = graph::reshape(b, weights, {kernel_size[0], kernel_size[1], 1, channels * depth_multiplier});
    const Value y = graph::conv2d(b, x, grouped, window2d(padding, windows(), shape, channels));
    return finish(b, add_bias(b, y, offset));
  }
};

}  // namespace

void register_depthwise_conv2d(LayerRegistry& registry) { add_layer<DepthwiseConv2D>(registry); }

}  // namespace dltrain::layers
