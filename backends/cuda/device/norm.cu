// Batch normalization over all axes but the last, once its sums are there (device/reduce.cu). Formulas as in
// graph/ops/batch_norm.cpp. Names: batch_norm_DTYPE, batch_norm_grad_DTYPE.
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/norm_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class T> struct BatchNorm {
  using Parameters = BatchNormParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const auto* all = static_cast<const T*>(p.x);
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const uint32_t c = i % p.columns;
      const float x = widened(all[i]);
      const float inverse = 1 / std::sqrt(p.variance[c] + p.epsilon);
      const float centered = p.shift != nullptr ? x - widened(all[c]) - p.shift[c] : x - p.mean[c];
      if (p.out != nullptr) static_cast<T*>(p.out)[i] = stored<T>(centered * (inverse * p.gamma[c]) + p.beta[c]);
      if (i < p.columns && p.inverse != nullptr) p.inverse[i] = inverse;
      if (i < p.columns && p.new_mean != nullptr) p.new_mean[i] = x + p.shift[i];
    }
  }
};

template <class T> struct BatchNormGrad {
  using Parameters = BatchNormGradParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const uint32_t c = i % p.columns;
      const float h = (widened(static_cast<const T*>(p.x)[i]) - p.mean[c]) * p.inverse[c];
      const float dy = widened(static_cast<const T*>(p.dy)[i]);
      const float dx = (dy - (h * p.dgamma[c] + p.dbeta[c]) * p.share) * (p.gamma[c] * p.inverse[c]);
      static_cast<T*>(p.dx)[i] = stored<T>(dx);
    }
  }
};

}  // namespace

DLTRAIN_KERNEL(batch_norm_float32, BatchNorm<float>)
DLTRAIN_KERNEL(batch_norm_bfloat16, BatchNorm<Bfloat16>)
DLTRAIN_KERNEL(batch_norm_float16, BatchNorm<Float16>)
DLTRAIN_KERNEL(batch_norm_grad_float32, BatchNormGrad<float>)
DLTRAIN_KERNEL(batch_norm_grad_bfloat16, BatchNormGrad<Bfloat16>)
DLTRAIN_KERNEL(batch_norm_grad_float16, BatchNormGrad<Float16>)
