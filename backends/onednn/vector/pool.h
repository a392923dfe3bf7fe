// Pooling windows over channels-last images in float32: one output pixel at a time, all its channels at once.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

// The cells of a window that lie inside the image: rows and columns of the window, and the image pixel of its first
// cell.
struct WindowCells {
  int64_t row_begin = 0;
  int64_t row_end = 0;
  int64_t column_begin = 0;
  int64_t column_end = 0;
  int64_t width = 0;       // cells in a row of the whole window
  int64_t row_step =
      0;    // elements of the image between rows, between columns, and from its start to the window's cell 0, 0
  int64_t column_step = 0;
  int64_t origin = 0;
};

struct PoolLoops {
  // The maximum of each channel and its place in the window (row-major; either may be null).
  void (*max)(const WindowCells& cells, const float* image, int64_t channels, float* y, uint8_t* place8,
              int32_t* place32);
  // image[the place] += dy
  void (*max_grad)(const WindowCells& cells, const float* dy, const uint8_t* place8, const int32_t* place32,
                   int64_t channels, float* image);
  void (*average)(const WindowCells& cells, const float* image, int64_t channels, float* y);
  void (*average_grad)(const WindowCells& cells, const float* dy, int64_t channels, float* image);
};

const PoolLoops& pool_loops();

}  // namespace dltrain::backends::onednn
