// Windows that slide over the axes of an image: sizes and padding as Keras (and TensorFlow) define them.
#pragma once

#include <array>

#include "core/describe.h"
#include "graph/ops.h"
#include "layers/tensor.h"

namespace dltrain::layers {

// valid: only whole windows. same: padded with zeros so that stride 1 keeps the size; where the padding is odd, one
// more behind. causal (sequences only): padded in front, so that no output sees later steps.
enum class Padding {
  valid,
  same,
  causal
};
std::span<const EnumName<Padding>> enum_names(Padding);

// A window along one axis.
struct Window {
  int64_t size = 1;
  int64_t stride = 1;
  int64_t dilation = 1;

  int64_t extent() const;  // (size - 1) dilation + 1; throws SizeOverflow
};

struct AxisPadding {
  int64_t low = 0;
  int64_t high = 0;
};

// The padding of an axis of `input` elements. same: the total is max((ceil(input / stride) - 1) stride + extent -
// input, 0).
AxisPadding padding_of(Padding padding, const Window& window, int64_t input);

// What a transposed convolution gives for an axis of `input` elements, as Keras: valid: (input - 1) stride + extent +
// output_padding, which is by default max(stride - extent, 0); same: input stride, or with output_padding (input - 1)
// stride + extent % 2 + output_padding.
int64_t transposed_size(Padding padding, const Window& window, int64_t input, std::optional<int64_t> output_padding);

using Windows = std::array<Window, 2>;  // height, width

// Fails, naming `field` and the axis, unless a window fits into each padded axis of the images x [N, H, W, C]. `axes`
// are the names of the axes: {"height", "width"}, or {"", "steps"} for sequences that are images of height 1.
void expect_fit(const Builder& builder, Value x, Padding padding, const Windows& windows, std::string_view field,
                const std::array<std::string_view, 2>& axes);
constexpr std::array<std::string_view, 2> image_axes = {"height", "width"};
constexpr std::array<std::string_view, 2> step_axes = {"", "steps"};

// The window of conv2d over images x [N, H, W, C].
graph::Window2D window2d(Padding padding, const Windows& windows, const Shape& images, int64_t groups = 1);
// The window of a pooling op.
graph::Pool2D pool2d(Padding padding, const Windows& windows, const Shape& images);

// [N, steps, C] as images of height 1, and back.
Value as_images(Builder& builder, Value sequences);
Value as_sequences(Builder& builder, Value images);

}  // namespace dltrain::layers
