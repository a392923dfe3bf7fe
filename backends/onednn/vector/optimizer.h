// Update rules of optimizers on stretches of float32 parameters; formulas as in graph/ops/optimizer_step.cpp.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

// One stretch: weights, gradients and slots of the same elements. Outputs may be the inputs.
struct Parameters {
  const float* weight;
  const float* gradient;
  const float* slots[3];
  float* new_weight;
  float* new_slots[3];
  int64_t count;
};

struct StepOptions {
  float learning_rate = 0;   // with the weight's factor
  float gradient_scale = 1;
  float penalty = 0;         // times the weight, added to the scaled gradient
  float decay = 0;           // of the weight: learning_rate times weight decay
  float momentum = 0;
  bool nesterov = false;
  float rho = 0;             // rmsprop
  bool centered = false;
  float approach_1 = 0;      // adam: 1 - beta_1
  float approach_2 = 0;      // 1 - beta_2
  float alpha = 0;           // learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
  bool amsgrad = false;
  float epsilon = 0;
};

using StepLoop = void (*)(const Parameters&, const StepOptions&);

// A stretch of weights and their averages; the outputs may be the inputs.
struct AverageStretch {
  const float* weight;
  const float* average;
  float* new_average;
  int64_t count;
};
// new_average = keep x average + (1 - keep) x weight.
using AverageLoop = void (*)(const AverageStretch&, float keep);

struct StepLoops {
  StepLoop sgd, rmsprop, adam;
  AverageLoop average;
};
const StepLoops& step_loops();

}  // namespace dltrain::backends::onednn
