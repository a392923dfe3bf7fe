// The parameters that pooling over `axes` axes shares.
#pragma once

#include "layers/support/channels.h"
#include "layers/support/window.h"

namespace dltrain::layers {

template <size_t axes> struct PoolingWindow {
  std::array<int64_t, axes> pool_size;
  std::optional<std::array<int64_t, axes>> strides;
  Padding padding = Padding::valid;
  DataFormat data_format = DataFormat::channels_last;

  PoolingWindow() { pool_size.fill(2); }

  static void describe_pooling(auto& d) {
    using Self = PoolingWindow;
    d.param(&Self::pool_size, "pool_size", "size of the window").formerly("pool_length").at_least(1);
    d.param(&Self::strides, "strides", "step of the window; without it pool_size").formerly("stride").at_least(1);
    d.param(&Self::padding, "padding", "valid: whole windows only; same: windows may reach over the edge")
        .formerly("border_mode")
        .one_of({"valid", "same"});
    describe_data_format<Self>(d);
  }

  // Height and width; a sequence has height 1.
  Windows windows() const {
    Windows result;
    for (size_t i = 0; i < axes; ++i) result[i + 2 - axes] = {pool_size[i], strides.value_or(pool_size)[i], 1};
    return result;
  }
};

using PoolOp = Value (*)(Builder&, Value, const graph::Pool2D&);

// Applies `op` to the windows of images [N, H, W, C], or of sequences [N, steps, C].
Value pool_images(Builder& builder, Value x, const PoolingWindow<2>& window, PoolOp op);
Value pool_sequences(Builder& builder, Value x, const PoolingWindow<1>& window, PoolOp op);

}  // namespace dltrain::layers
