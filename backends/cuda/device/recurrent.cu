// What a step of a recurrent op does beside its product, in one kernel with a thread for each unit of each sample. Names:
// lstm_DTYPE, lstm_grad_DTYPE, gru_DTYPE, gru_grad_DTYPE.
#include "backends/cuda/device/recurrent_units.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class Unit> struct Step {
  using Parameters = typename Unit::Step;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.samples * p.units; i += element_step()) {
      const uint32_t sample = i / p.units, unit = i % p.units;
      const uint32_t row = sample * Unit::gates * p.units + unit;
      Unit::run(p, sample, unit, p.product == nullptr,
                [&](uint32_t gate) { return p.product == nullptr ? 0.0F : p.product[row + gate * p.units]; });
    }
  }
};

template <class Unit> struct StepBack {
  using Parameters = typename Unit::Step;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.samples * p.units; i += element_step()) {
      float sums[Unit::gates];
      Unit::run(p, i / p.units, i % p.units, [&](uint32_t) { return p.product[i]; }, sums);
    }
  }
};

}  // namespace

#define DLTRAIN_RECURRENT(dtype, T)                         \
  DLTRAIN_KERNEL(lstm_##dtype, Step<LstmUnit<T>>)           \
  DLTRAIN_KERNEL(lstm_grad_##dtype, StepBack<LstmGradUnit<T>>) \
  DLTRAIN_KERNEL(gru_##dtype, Step<GruUnit<T>>)             \
  DLTRAIN_KERNEL(gru_grad_##dtype, StepBack<GruGradUnit<T>>)

DLTRAIN_RECURRENT(float32, float)
DLTRAIN_RECURRENT(bfloat16, Bfloat16)
DLTRAIN_RECURRENT(float16, Float16)
