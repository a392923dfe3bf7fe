// Pooling windows over channels-last images in float32 or bfloat16, one row of windows at a time.
#pragma once

#include <cstdint>

#include "backends/onednn/bfloat16.h"

namespace dltrain::backends::onednn {

// The windows of one row of the pooled image. Cells outside the image do not count.
struct WindowRow {
  int64_t windows = 0;       // pooled pixels in the row
  int64_t channels = 0;
  int64_t image_width = 0;   // pixels
  int64_t top = 0;           // the image row of the windows' first row; negative in the padding
  int64_t row_begin = 0;     // rows of the windows that lie inside the image
  int64_t row_end = 0;
  int64_t width = 0;         // columns of a window
  int64_t stride = 0;        // columns between windows
  int64_t padding = 0;       // columns of padding before the image
};

// Images and pooled rows begin at the pointers. Places are row-major in the window, as bytes or as int32: the other is
// null. Gradients are added up in float32 images.
template <class T> struct PoolLoops {
  void (*max)(const WindowRow& row, const T* image, T* y, uint8_t* place8,
              int32_t* place32);  // each may be null
  // image[the place] += dy
  void (*max_grad)(const WindowRow& row, const T* dy, const uint8_t* place8, const int32_t* place32, float* image);
  void (*average)(const WindowRow& row, const T* image, T* y);
  void (*average_grad)(const WindowRow& row, const T* dy, float* image);
};

template <class T> const PoolLoops<T>& pool_loops();

}  // namespace dltrain::backends::onednn
