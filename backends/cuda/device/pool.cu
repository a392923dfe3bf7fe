// Pooling over windows of images, channels last. Gradients are gathered: each cell of the image looks at the
// windows that it lies in, in their order. Names: max_pool2d_DTYPE_PLACES, max_pool2d_grad_DTYPE_PLACES,
// average_pool2d_DTYPE, average_pool2d_grad_DTYPE.
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/pool_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class T> DLTRAIN_GPU float read(const PoolParameters& p, uint32_t i) {
  return widened(static_cast<const T*>(p.in)[i]);
}
template <class T> DLTRAIN_GPU void write(const PoolParameters& p, uint32_t i, float value) {
  static_cast<T*>(p.out)[i] = stored<T>(value);
}

struct Span {
  int begin, end;
};

// The cells of window `o` along an axis that lie inside the image.
DLTRAIN_GPU Span cells_of(int o, int stride, int padding, int size, int image) {
  const int first = o * stride - padding;
  return {first < 0 ? 0 : first, first + size < image ? first + size : image};
}

// The windows along an axis that cell `i` lies in.
DLTRAIN_GPU Span windows_of(int i, int stride, int padding, int size, int windows) {
  const int last = (i + padding) / stride;
  const int before = i + padding - size;  // the last start that is too early
  const int first = before < 0 ? 0 : before / stride + 1;
  return {first, last < windows ? last + 1 : windows};
}

// The coordinates of element i of [n, rows, columns, c].
struct Cell {
  uint32_t n, row, column, c;
  DLTRAIN_GPU Cell(uint32_t i, uint32_t rows, uint32_t columns, uint32_t channels) {
    c = i % channels;
    i /= channels;
    column = i % columns;
    i /= columns;
    row = i % rows;
    n = i / rows;
  }
};

template <class T, class Place> struct MaxPool {
  using Parameters = PoolParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.n * p.oh * p.ow * p.c; i += element_step()) {
      const Cell y(i, p.oh, p.ow, p.c);
      const int row = static_cast<int>(y.row) * p.stride_h - p.top;
      const int column = static_cast<int>(y.column) * p.stride_w - p.left;
      float best = 0;
      int place = -1;
      for (int k = 0; k < p.size_h * p.size_w; ++k) {
        const int h = row + k / p.size_w;
        const int w = column + k % p.size_w;
        if (h < 0 || h >= static_cast<int>(p.h) || w < 0 || w >= static_cast<int>(p.w)) continue;
        const float value =
            read<T>(p, ((y.n * p.h + static_cast<uint32_t>(h)) * p.w + static_cast<uint32_t>(w)) * p.c + y.c);
        if (place >= 0 && (is_nan(best) || !(value > best || is_nan(value)))) continue;
        best = value;
        place = k;
      }
      write<T>(p, i, best);
      if (p.found != nullptr) static_cast<Place*>(p.found)[i] = static_cast<Place>(place);
    }
  }
};

template <class T, class Place> struct MaxPoolGrad {
  using Parameters = PoolParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.n * p.h * p.w * p.c; i += element_step()) {
      const Cell x(i, p.h, p.w, p.c);
      const int h = static_cast<int>(x.row);
      const int w = static_cast<int>(x.column);
      const Span rows = windows_of(h, p.stride_h, p.top, p.size_h, static_cast<int>(p.oh));
      const Span columns = windows_of(w, p.stride_w, p.left, p.size_w, static_cast<int>(p.ow));
      float sum = 0;
      for (int row = rows.begin; row < rows.end; ++row) {
        for (int column = columns.begin; column < columns.end; ++column) {
          const int own = (h - row * p.stride_h + p.top) * p.size_w + w - column * p.stride_w + p.left;
          const uint32_t y =
              ((x.n * p.oh + static_cast<uint32_t>(row)) * p.ow + static_cast<uint32_t>(column)) * p.c + x.c;
          if (static_cast<int>(static_cast<const Place*>(p.places)[y]) == own) sum += read<T>(p, y);
        }
      }
      write<T>(p, i, sum);
    }
  }
};

template <class T> struct AveragePool {
  using Parameters = PoolParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.n * p.oh * p.ow * p.c; i += element_step()) {
      const Cell y(i, p.oh, p.ow, p.c);
      const Span rows = cells_of(static_cast<int>(y.row), p.stride_h, p.top, p.size_h, static_cast<int>(p.h));
      const Span columns = cells_of(static_cast<int>(y.column), p.stride_w, p.left, p.size_w, static_cast<int>(p.w));
      float sum = 0;
      for (int h = rows.begin; h < rows.end; ++h) {
        for (int w = columns.begin; w < columns.end; ++w)
          sum += read<T>(p, ((y.n * p.h + static_cast<uint32_t>(h)) * p.w + static_cast<uint32_t>(w)) * p.c + y.c);
      }
      write<T>(p, i, sum / static_cast<float>((rows.end - rows.begin) * (columns.end - columns.begin)));
    }
  }
};

template <class T> struct AveragePoolGrad {
  using Parameters = PoolParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.n * p.h * p.w * p.c; i += element_step()) {
      const Cell x(i, p.h, p.w, p.c);
      const Span rows = windows_of(static_cast<int>(x.row), p.stride_h, p.top, p.size_h, static_cast<int>(p.oh));
      const Span columns = windows_of(static_cast<int>(x.column), p.stride_w, p.left, p.size_w, static_cast<int>(p.ow));
      float sum = 0;
      for (int row = rows.begin; row < rows.end; ++row) {
        const Span high = cells_of(row, p.stride_h, p.top, p.size_h, static_cast<int>(p.h));
        for (int column = columns.begin; column < columns.end; ++column) {
          const Span wide = cells_of(column, p.stride_w, p.left, p.size_w, static_cast<int>(p.w));
          const uint32_t y =
              ((x.n * p.oh + static_cast<uint32_t>(row)) * p.ow + static_cast<uint32_t>(column)) * p.c + x.c;
          sum += read<T>(p, y) / static_cast<float>((high.end - high.begin) * (wide.end - wide.begin));
        }
      }
      write<T>(p, i, sum);
    }
  }
};

}  // namespace

#define DLTRAIN_POOLS(dtype, T)                                        \
  DLTRAIN_KERNEL(max_pool2d_##dtype##_uint8, MaxPool<T, uint8_t>)          \
  DLTRAIN_KERNEL(max_pool2d_##dtype##_int32, MaxPool<T, int32_t>)          \
  DLTRAIN_KERNEL(max_pool2d_grad_##dtype##_uint8, MaxPoolGrad<T, uint8_t>) \
  DLTRAIN_KERNEL(max_pool2d_grad_##dtype##_int32, MaxPoolGrad<T, int32_t>) \
  DLTRAIN_KERNEL(average_pool2d_##dtype, AveragePool<T>)                   \
  DLTRAIN_KERNEL(average_pool2d_grad_##dtype, AveragePoolGrad<T>)

DLTRAIN_POOLS(float32, float)
DLTRAIN_POOLS(bfloat16, Bfloat16)
DLTRAIN_POOLS(float16, Float16)
