#include "backends/onednn/vector/depthwise.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backends/onednn/vector/depthwise.cpp"
#include "hwy/foreach_target.h"

#include "backends/onednn/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dltrain::backends::onednn::HWY_NAMESPACE {
namespace {

// The output positions [begin, end) along one axis whose cell `offset` (from the position times the stride) lies
// inside.
struct Inside {
  int64_t begin, end;
};
HWY_INLINE Inside inside(int64_t offset, int64_t stride, int64_t outputs, int64_t size) {
  const int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const int64_t end = offset >= size ? 0 : (size - 1 - offset) / stride + 1;
  return {begin, std::min(end, outputs)};
}

// Calls f(cell of the kernel, output pixel, image pixel, pixels) for every stretch of output pixels in a row: the next
// output pixel is the next image pixel but column_stride.
template <class F> HWY_INLINE void for_stretches(const DepthwiseWindow& w, F f) {
  for (int64_t kr = 0; kr < w.kernel_rows; ++kr) {
    const int64_t row_offset = kr * w.row_dilation - w.top;
    const Inside rows = inside(row_offset, w.row_stride, w.rows, w.height);
    for (int64_t kc = 0; kc < w.kernel_columns; ++kc) {
      const int64_t column_offset = kc * w.column_dilation - w.left;
      const Inside columns = inside(column_offset, w.column_stride, w.columns, w.width);
      if (columns.begin >= columns.end) continue;
      for (int64_t r = rows.begin; r < rows.end; ++r) {
        const int64_t image_row = (r * w.row_stride + row_offset) * w.width;
        f(kr * w.kernel_columns + kc, r * w.columns + columns.begin,
          image_row + columns.begin * w.column_stride + column_offset, columns.end - columns.begin);
      }
    }
  }
}

void grad_input(const DepthwiseWindow& given, const float* dy, const float* kernel, float* dx) {
  const DepthwiseWindow w = given;
  std::fill_n(dx, w.height * w.width * w.channels, 0.0F);
  for_stretches(w, [=](int64_t cell, int64_t output, int64_t image, int64_t pixels) HWY_ATTR {
    for_vectors(w.channels, [=](int64_t c, auto n) HWY_ATTR {
      const V weight = load(kernel + cell * w.channels + c, n);
      const float* from = dy + output * w.channels + c;
      float* to = dx + image * w.channels + c;
      for (int64_t p = 0; p < pixels; ++p, from += w.channels, to += w.column_stride * w.channels) {
        store(hn::MulAdd(load(from, n), weight, load(to, n)), to, n);
      }
    });
  });
}

void grad_kernel(const DepthwiseWindow& given, const float* x, const float* dy, double* sums) {
  const DepthwiseWindow w = given;
  for_stretches(w, [=](int64_t cell, int64_t output, int64_t image, int64_t pixels) HWY_ATTR {
    for_vectors(w.channels, [=](int64_t c, auto n) HWY_ATTR {
      const float* flow = dy + output * w.channels + c;
      const float* value = x + image * w.channels + c;
      V sum = hn::Zero(D());
      for (int64_t p = 0; p < pixels; ++p, flow += w.channels, value += w.column_stride * w.channels) {
        sum = hn::MulAdd(load(flow, n), load(value, n), sum);
      }
      add_to_doubles(sum, sums + cell * w.channels + c, n);
    });
  });
}

const DepthwiseLoops& loops() {
  static constexpr DepthwiseLoops table = {grad_input, grad_kernel};
  return table;
}

}  // namespace
}  // namespace dltrain::backends::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dltrain::backends::onednn {

HWY_EXPORT(loops);
const DepthwiseLoops& depthwise_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace dltrain::backends::onednn
#endif
