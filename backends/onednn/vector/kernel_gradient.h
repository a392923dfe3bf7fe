// The gradient of a convolution's kernel over channels-last images in float32, as outer products kept in registers.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

// A part of one image.
struct GradientTile {
  int64_t rows = 0, columns = 0;  // of dy
  int64_t filters = 0;            // dy is [rows, columns, filters]
  int64_t row_step = 0;           // floats of x from one row of windows to the next
  int64_t column_step = 0;        // and from one window to the next
};

struct KernelGradientLoops {
  int64_t lanes;  // `filters` must be a multiple
  // sums [taps, filters] += the sum over the places of dy of x[0 .. taps) there, each times dy there.
  void (*add)(const GradientTile& tile, const float* x, const float* dy, int64_t taps, float* sums);
};
const KernelGradientLoops& kernel_gradient_loops();

}  // namespace dltrain::backends::onednn
