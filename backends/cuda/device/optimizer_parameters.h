// What kernels over many values at once are given; for host and device. A launch takes as many values as fit into its
// parameters (4 KiB in all).
#pragma once

#include <cstdint>

namespace dltrain::backends::cuda::device {

constexpr int64_t stretch = 4096;  // elements of a block's share

// The values of one launch, cut into stretches; value i owns those from first[i] on.
template <int n> struct Stretches {
  int values;
  uint32_t first[n + 1];
  uint32_t counts[n];  // elements
};

constexpr int step_values = 32;

// One weight with its gradient and slots. Outputs may be the inputs.
struct StepValue {
  const float* weight;
  const float* gradient;
  const float* slots[3];
  float* new_weight;
  float* new_slots[3];
  float factor;   // of the learning rate
  float decay;    // times the learning rate
  float penalty;  // times the weight, added to the scaled gradient
};

struct StepParameters {
  const float* learning_rate;  // scalars of the run, on the device
  const int64_t* iteration;
  const uint8_t* finite;
  const float* gradient_scale;
  float momentum, rho, epsilon, approach_1, approach_2;
  double beta_1, beta_2;
  bool nesterov, centered, amsgrad;
  int slots;
  Stretches<step_values> stretches;
  StepValue values[step_values];
};

constexpr int sum_values = 96;

// x + penalty scale y of each value: sums of squares of each stretch, and whether all were finite.
struct SquaresParameters {
  const float* scale;  // null without penalties
  double* sums;        // of each stretch of all launches
  uint8_t* strange;
  uint32_t offset;     // stretches of earlier launches
  Stretches<sum_values> stretches;
  const float* x[sum_values];
  const float* y[sum_values];
  float penalties[sum_values];
};

struct TotalParameters {
  const double* sums;
  const uint8_t* strange;
  uint32_t count;
  uint8_t* finite;  // null where nobody reads it
  float* sum;
};

constexpr int average_values = 96;

// average = keep average + (1 - keep) weight, keep being momentum but in the first update; every `frequency`-th update
// the weight becomes its average.
struct AverageParameters {
  const int64_t* iteration;
  const uint8_t* finite;
  float momentum;
  int64_t frequency;  // 0: never
  Stretches<average_values> stretches;
  const float* weight[average_values];
  const float* average[average_values];
  float* new_average[average_values];
  float* new_weight[average_values];
};

// The next loss scale; outputs may be the inputs, and null where nobody reads them.
struct LossScaleParameters {
  const float* scale;
  const int64_t* age;
  const int64_t* skipped;
  const uint8_t* finite;
  const uint8_t* counts;
  float* new_scale;
  int64_t* new_age;
  int64_t* new_skipped;
  int64_t growth_steps;
};

static_assert(sizeof(StepParameters) <= 4096 && sizeof(SquaresParameters) <= 4096 && sizeof(AverageParameters) <= 4096);

}  // namespace dltrain::backends::cuda::device
