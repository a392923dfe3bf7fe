// Normalization over columns (batch) and over rows (layer) of tables of float32 or bfloat16; parameters, statistics and
// sums are float32 or wider. Channels are the last axis of a table of rows.
#pragma once

#include <cstdint>

#include "backends/onednn/bfloat16.h"

namespace dltrain::backends::onednn {

// A rectifier behind a batch normalization: y cut to [0, limit]; the gradient flows where 0 < y < limit.
struct Rectifier {
  bool used = false;
  float limit = 0;  // infinite for none
};

struct BatchNormColumns {
  const float* gamma = nullptr;
  const float* beta = nullptr;
  const float* mean = nullptr;
  const float* inverse = nullptr;  // 1 / standard deviation
};

// What the gradient of a batch normalization is made of, by channel.
struct BatchNormSlopes {
  const float* a;
  const float* b;
  const float* d;
};

// T: float or Bfloat16, what a table holds.
template <class T> struct NormLoops {
  // first[c] += sum of (x - shift[c]), second[c] += sum of (x - shift[c])^2 over rows
  void (*moments)(const T* x, const float* shift, int64_t rows, int64_t channels, double* first, double* second);
  // y = rectified(gamma (x - mean) inverse + beta + residual); residual may be null
  void (*batch_forward)(const BatchNormColumns& c, Rectifier rectifier, const T* x, const T* residual, int64_t rows,
                        int64_t channels, T* y);
  // sum_dy[c] += sum of dy, sum_dyh[c] += sum of dy (x - mean) inverse. Where there is a rectifier, dy is masked by y
  // first and kept in `masked` (which may be null or dy itself). Without y it is computed again, as batch_forward does.
  void (*batch_sums)(const BatchNormColumns& c, Rectifier rectifier, const T* x, const T* y, const T* dy, int64_t rows,
                     int64_t channels, T* masked, double* sum_dy, double* sum_dyh);
  // dx = a dy + b (x - mean) + d, by channel; dy is masked by y where there is a rectifier, as in batch_sums
  void (*batch_backward)(const BatchNormColumns& c, const BatchNormSlopes& slopes, Rectifier rectifier, const T* x,
                         const T* y, const T* dy, int64_t rows, int64_t channels, T* dx);
  // Over the last axis; mean and inverse have one element a row.
  void (*layer_forward)(const T* x, const float* gamma, const float* beta, float epsilon, int64_t rows,
                        int64_t channels, T* y, float* mean, float* inverse);
  // dgamma and dbeta are added to; dx, dgamma or dbeta may be null.
  void (*layer_backward)(const T* x, const float* gamma, const float* mean, const float* inverse, const T* dy,
                         int64_t rows, int64_t channels, T* dx, double* dgamma, double* dbeta);
};

template <class T> const NormLoops<T>& norm_loops();

}  // namespace dltrain::backends::onednn
