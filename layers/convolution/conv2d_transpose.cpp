// Conv2DTranspose: the gradient of a convolution with respect to its input, as a layer that enlarges images.
#include "layers/layer.h"
#include "layers/support/axes.h"
#include "layers/support/convolution.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct Conv2DTranspose : ConvolutionWindow<2>, KernelOptions, OutputOptions {
  static constexpr auto kind = "Conv2DTranspose";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none};
  int64_t filters = 1;
  std::optional<std::array<int64_t, 2>> output_padding;

  static void describe(auto& d) {
    using Self = Conv2DTranspose;
    d.doc(
        "Transposed convolution: each pixel is spread over a window of the output. Input [N, height, width, channels], "
        "output [N, new height, new width, filters]; \"same\" gives height strides.");
    d.param(&Self::filters, "filters", "channels of the output").required().at_least(1).formerly("nb_filter");
    describe_window(d);
    d.param(&Self::output_padding, "output_padding",
            "rows and columns added behind; without it they follow from strides")
        .at_least(0);
    describe_activation(d);
    describe_kernel(d);
    describe_output(d);
  }

  void check(FieldReport& report) const {
    check_window(report);
    for (size_t i = 0; output_padding && i < 2; ++i) {
      if ((*output_padding)[i] < strides[i]) continue;
      report.error("output_padding",
                   "output_padding must be less than strides (were " + std::to_string((*output_padding)[i]) + " and " +
                       std::to_string(strides[i]) + ")",
                   "leave it out, or make it smaller");
      return;
    }
  }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 4, images_text);
    const Shape shape = b.shape(x);
    const Value weights = kernel(b, {kernel_size[0], kernel_size[1], filters, shape[3]});
    const Value offset = bias(b, filters);
    const Shape output = {shape[0], size(b, x, 0), size(b, x, 1), filters};
    // The convolution whose gradient this is goes from the output's size to the input's.
    const Value y = graph::conv2d_grad_input(b, x, weights, forward(shape, output), output);
    return finish(b, add_bias(b, y, offset));
  }

 private:
  int64_t size(const Builder& b, Value x, size_t axis) const {
    const std::optional<int64_t> extra = output_padding ? std::optional((*output_padding)[axis]) : std::nullopt;
    const int64_t result = transposed_size(padding, windows()[axis], b.shape(x)[axis + 1], extra);
    if (result < 1) {
      b.fail("window",
             "gives images without any pixel (kernel_size " + std::to_string(kernel_size[axis]) + ", output_padding " +
                 std::to_string(extra.value_or(0)) + ", input " + sample_text(b.shape(x)) + ")",
             "leave output_padding out");
    }
    return result;
  }

  graph::Window2D forward(const Shape& input, const Shape& output) const {
    graph::Window2D window = window2d(Padding::valid, windows(), output);
    if (padding == Padding::valid) return window;
    for (size_t axis = 0; axis < 2; ++axis) {
      const int64_t covered = (input[axis + 1] - 1) * strides[axis] + windows()[axis].extent();
      const int64_t total = std::max<int64_t>(covered - output[axis + 1], 0);
      window.padding[2 * axis] = total / 2;
      window.padding[2 * axis + 1] = total - total / 2;
    }
    return window;
  }
};

}  // namespace

void register_conv2d_transpose(LayerRegistry& registry) { add_layer<Conv2DTranspose>(registry); }

}  // namespace dltrain::layers
