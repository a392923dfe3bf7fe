// Batch normalization over all axes but the last in float32, once its sums are there (device/reduce.cu). Formulas as in
// graph/ops/batch_norm.cpp. Names: batch_norm, batch_norm_grad.
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/norm_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

struct BatchNorm {
  using Parameters = BatchNormParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const uint32_t c = i % p.columns;
      const float inverse = 1 / std::sqrt(p.variance[c] + p.epsilon);
      const float centered = p.shift != nullptr ? p.x[i] - p.x[c] - p.shift[c] : p.x[i] - p.mean[c];
      if (p.out != nullptr) p.out[i] = centered * (inverse * p.gamma[c]) + p.beta[c];
      if (i < p.columns && p.inverse != nullptr) p.inverse[i] = inverse;
      if (i < p.columns && p.new_mean != nullptr) p.new_mean[i] = p.x[i] + p.shift[i];
    }
  }
};

struct BatchNormGrad {
  using Parameters = BatchNormGradParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.count; i += element_step()) {
      const uint32_t c = i % p.columns;
      const float h = (p.x[i] - p.mean[c]) * p.inverse[c];
      p.dx[i] = (p.dy[i] - (h * p.dgamma[c] + p.dbeta[c]) * p.share) * (p.gamma[c] * p.inverse[c]);
    }
  }
};

}  // namespace

DLTRAIN_KERNEL(batch_norm, BatchNorm)
DLTRAIN_KERNEL(batch_norm_grad, BatchNormGrad)
