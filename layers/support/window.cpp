#include "layers/support/window.h"

#include <algorithm>

#include "core/checked.h"
#include "layers/support/axes.h"

namespace dltrain::layers {

std::span<const EnumName<Padding>> enum_names(Padding) {
  static constexpr EnumName<Padding> names[] = {
      {Padding::valid, "valid"}, {Padding::same, "same"}, {Padding::causal, "causal"}};
  return names;
}

int64_t Window::extent() const { return checked_add(checked_multiply(size - 1, dilation), 1); }

AxisPadding padding_of(Padding padding, const Window& window, int64_t input) {
  if (padding == Padding::valid) return {};
  if (padding == Padding::causal) return {window.extent() - 1, 0};
  const int64_t covered =
      checked_add(checked_multiply(divide_up(input, window.stride) - 1, window.stride), window.extent());
  const int64_t total = std::max<int64_t>(covered - input, 0);
  return {total / 2, total - total / 2};
}

int64_t transposed_size(Padding padding, const Window& window, int64_t input, std::optional<int64_t> output_padding) {
  const int64_t spread = checked_multiply(input - 1, window.stride);
  const int64_t extent = window.extent();
  if (padding == Padding::valid) {
    return checked_add(checked_add(spread, extent),
                       output_padding.value_or(std::max<int64_t>(window.stride - extent, 0)));
  }
  if (!output_padding) return checked_multiply(input, window.stride);
  return checked_add(checked_add(spread, extent % 2), *output_padding);
}

void expect_fit(const Builder& builder, Value x, Padding padding, const Windows& windows, std::string_view field,
                const std::array<std::string_view, 2>& axes) {
  const Shape& shape = builder.shape(x);
  for (size_t i = 0; i < windows.size(); ++i) {
    const int64_t input = shape[i + 1];
    const AxisPadding pads = padding_of(padding, windows[i], input);
    if (input > 0 && checked_add(input, pads.low + pads.high) >= windows[i].extent()) continue;
    const std::string size =
        std::to_string(windows[i].size) +
        (windows[i].dilation > 1 ? " with dilation_rate " + std::to_string(windows[i].dilation) : "");
    const bool sequences = axes[0].empty();
    const std::string input_text = sequences ? sample_text({shape[0], shape[2], shape[3]}) : sample_text(shape);
    const std::string room =
        sequences ? std::to_string(input) + " steps" : "a " + std::string(axes[i]) + " of " + std::to_string(input);
    builder.fail("window",
                 std::string(field) + " " + size + " does not fit into " + room + " (the input is " + input_text + ")",
                 "make " + std::string(field) +
                     " smaller, use padding = \"same\", or take out a layer above that shrinks the input");
  }
}

graph::Window2D window2d(Padding padding, const Windows& windows, const Shape& images, int64_t groups) {
  const AxisPadding rows = padding_of(padding, windows[0], images[1]);
  const AxisPadding columns = padding_of(padding, windows[1], images[2]);
  return {.strides = {windows[0].stride, windows[1].stride},
          .dilation = {windows[0].dilation, windows[1].dilation},
          .padding = {rows.low, rows.high, columns.low, columns.high},
          .groups = groups};
}

graph::Pool2D pool2d(Padding padding, const Windows& windows, const Shape& images) {
  const graph::Window2D window = window2d(padding, windows, images);
  return {.size = {windows[0].size, windows[1].size}, .strides = window.strides, .padding = window.padding};
}

Value as_images(Builder& builder, Value sequences) {
  const Shape shape = builder.shape(sequences);
  return graph::reshape(builder, sequences, {shape[0], 1, shape[1], shape[2]});
}

Value as_sequences(Builder& builder, Value images) {
  const Shape shape = builder.shape(images);
  return graph::reshape(builder, images, {shape[0], shape[2], shape[3]});
}

}  // namespace dltrain::layers
