// Softmax and what belongs to it, row by row, in float32. Functions without `rows` take one row of `count` elements.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

struct SoftmaxRows {
  void (*softmax)(const float* x, float* y, int64_t count);
  void (*log_softmax)(const float* x, float* y, int64_t count);
  void (*softmax_grad)(const float* y, const float* dy, float* dx, int64_t count);
  void (*log_softmax_grad)(const float* y, const float* dy, float* dx, int64_t count);
  // For each of `rows` rows of x: shifts = max(x), y = log(sum of e^(x - shift)).
  void (*log_sums)(const float* x, int64_t rows, int64_t count, float* shifts, float* y);
  // sum of t (log(sum of e^x) - x)
  float (*cross_entropy)(const float* x, const float* t, int64_t count);
  // y = scale softmax(x) - weight t, where t may be null for zeros
  void (*scaled_softmax)(const float* x, float scale, const float* t, float weight, float* y, int64_t count);
  float (*sum)(const float* x, int64_t count);
  // Element by element: max(x, 0) - x t + log1p(e^-|x|), and dy (sigmoid(x) - t).
  void (*sigmoid_cross_entropy)(const float* x, const float* t, float* y, int64_t count);
  void (*sigmoid_cross_entropy_grad)(const float* x, const float* t, const float* dy, float* dx, int64_t count);
};

const SoftmaxRows& softmax_rows();

}  // namespace dltrain::backends::onednn
