// The parameters that convolutions over `axes` axes share, and the rules between them.
#pragma once

#include "layers/support/channels.h"
#include "layers/support/window.h"

namespace dltrain::layers {

template <size_t axes> struct ConvolutionWindow {
  std::array<int64_t, axes> kernel_size;
  std::array<int64_t, axes> strides;
  std::array<int64_t, axes> dilation_rate;
  Padding padding = Padding::valid;
  DataFormat data_format = DataFormat::channels_last;

  ConvolutionWindow() {
    kernel_size.fill(1);
    strides.fill(1);
    dilation_rate.fill(1);
  }

  static void describe_window(auto& d) {
    using Self = ConvolutionWindow;
    d.param(&Self::kernel_size, "kernel_size", "size of the window").required().at_least(1).formerly("filter_length");
    d.param(&Self::strides, "strides", "step of the window")
        .at_least(1)
        .formerly("subsample")
        .formerly("subsample_length");
    d.param(&Self::padding, "padding", "valid: whole windows only; same: as if the input were surrounded by zeros")
        .formerly("border_mode")
        .one_of(paddings());
    describe_data_format<Self>(d);
    d.param(&Self::dilation_rate, "dilation_rate", "distance between the elements of the window")
        .at_least(1)
        .formerly("atrous_rate");
  }

  void check_window(FieldReport& report) const {
    check_data_format(data_format, report);
    bool strided = false;
    bool dilated = false;
    for (const int64_t stride : strides) strided |= stride > 1;
    for (const int64_t dilation : dilation_rate) dilated |= dilation > 1;
    if (strided && dilated) {
      report.error("dilation_rate", "strides and dilation_rate cannot both be larger than 1", "leave one of them out");
    }
  }

  // Height and width; a sequence has height 1.
  Windows windows() const {
    Windows result;
    for (size_t i = 0; i < axes; ++i) result[i + 2 - axes] = {kernel_size[i], strides[i], dilation_rate[i]};
    return result;
  }

 private:
  static std::vector<std::string> paddings() {
    if (axes == 1) return {"valid", "same", "causal"};
    return {"valid", "same"};
  }
};

// Fails unless the channels of x, its last axis, divide into the groups.
void expect_groups(const Builder& builder, Value x, int64_t groups);
// Complains unless filters divide into the groups.
void check_groups(int64_t filters, int64_t groups, FieldReport& report);

}  // namespace dltrain::layers
