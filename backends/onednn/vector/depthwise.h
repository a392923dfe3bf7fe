// Gradients of depthwise convolutions (one filter a channel) over channels-last images in float32.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

struct DepthwiseWindow {
  int64_t height = 0, width = 0;  // of the image
  int64_t rows = 0, columns = 0;  // of the output
  int64_t channels = 0;
  int64_t kernel_rows = 0, kernel_columns = 0;
  int64_t row_stride = 1, column_stride = 1;
  int64_t row_dilation = 1, column_dilation = 1;
  int64_t top = 0, left = 0;  // padding
};

struct DepthwiseLoops {
  // One image: dx = sum over the cells of the kernel [kernel_rows, kernel_columns, channels] of dy times the cell.
  void (*grad_input)(const DepthwiseWindow& window, const float* dy, const float* kernel, float* dx);
  // One image: sums, like the kernel, += sum over pixels of x dy.
  void (*grad_kernel)(const DepthwiseWindow& window, const float* x, const float* dy, double* sums);
};
const DepthwiseLoops& depthwise_loops();

}  // namespace dltrain::backends::onednn
