// Optimizer steps over many weights at once, and the scalars over all gradients. Formulas as in
// graph/ops/{optimizer_step,average_step,all_of,loss_scale}.cpp. The learning rate and the number of the step are read on the
// device, so that one recorded step serves the whole run.
#include "backends/cuda/device/block.h"
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/optimizer_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

// A block's stretch: f(value, element) for each element.
template <int n, class F> DLTRAIN_GPU void for_stretch(const Stretches<n>& s, F f) {
  int value = 0;
  while (value + 1 < s.values && Thread::block() >= s.first[value + 1]) ++value;
  const uint32_t begin = (Thread::block() - s.first[value]) * static_cast<uint32_t>(stretch);
  const uint32_t left = s.counts[value] - begin;
  const uint32_t count = left < stretch ? left : static_cast<uint32_t>(stretch);
  for (uint32_t i = Thread::index(); i < count; i += Thread::count()) f(value, begin + i);
}

// What a rule reads and writes of one element.
struct Element {
  float weight;    // after its decay
  float gradient;  // scaled, with the penalty's
  float learning_rate;
  float alpha;     // of Adam
  float slots[3];
};

struct Sgd {
  DLTRAIN_GPU static void update(const StepParameters& p, Element& e) {
    const float step = e.gradient * e.learning_rate;
    if (p.slots == 0) {
      e.weight -= step;
      return;
    }
    e.slots[0] = e.slots[0] * p.momentum - step;
    e.weight += p.nesterov ? e.slots[0] * p.momentum - step : e.slots[0];
  }
};

struct Rmsprop {
  DLTRAIN_GPU static void update(const StepParameters& p, Element& e) {
    const float g = e.gradient;
    e.slots[0] = e.slots[0] * p.rho + g * g * p.approach_1;
    float spread = e.slots[0];
    if (p.centered) {
      float& average = p.momentum > 0 ? e.slots[2] : e.slots[1];
      average = average * p.rho + g * p.approach_1;
      spread -= average * average;
    }
    float change = g * e.learning_rate / std::sqrt(spread + p.epsilon);
    if (p.momentum > 0) {
      e.slots[1] = e.slots[1] * p.momentum + change;
      change = e.slots[1];
    }
    e.weight -= change;
  }
};

struct Adam {
  DLTRAIN_GPU static void update(const StepParameters& p, Element& e) {
    const float g = e.gradient;
    e.slots[0] += (g - e.slots[0]) * p.approach_1;
    e.slots[1] += (g * g - e.slots[1]) * p.approach_2;
    float spread = e.slots[1];
    if (p.amsgrad) {
      e.slots[2] = Maximum::of(e.slots[2], e.slots[1]);
      spread = e.slots[2];
    }
    e.weight -= e.slots[0] * e.alpha / (std::sqrt(spread) + p.epsilon);
  }
};

// sqrt(1 - beta_2^t) / (1 - beta_1^t) of Adam; 1 for other rules.
DLTRAIN_GPU double correction_of(const StepParameters& p) {
  if (p.beta_1 == 0 && p.beta_2 == 0) return 1;
  const auto t = static_cast<double>(*p.iteration + 1);
  return std::sqrt(1 - std::pow(p.beta_2, t)) / (1 - std::pow(p.beta_1, t));
}

template <class Rule> struct Step {
  using Parameters = StepParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    // Powers in double are slow on many GPUs: one thread has them for its block.
    DLTRAIN_SHARED double correction;
    if (Thread::index() == 0) correction = correction_of(p);
    Thread::synchronize();
    const bool finite = *p.finite != 0;
    const float scale = *p.gradient_scale;
    const float rate = *p.learning_rate;
    for_stretch(p.stretches, [&](int value, uint32_t i) {
      const StepValue& v = p.values[value];
      const float weight = v.weight[i];
      Element e{weight, v.gradient[i] * scale, rate * v.factor, 0, {0, 0, 0}};
      e.alpha = static_cast<float>(static_cast<double>(e.learning_rate) * correction);
      for (int s = 0; s < 3; ++s) e.slots[s] = s < p.slots ? v.slots[s][i] : 0.0F;
      if (finite) {
        e.gradient += v.penalty * weight;
        e.weight -= e.weight * v.decay * e.learning_rate;
        Rule::update(p, e);
      }
      v.new_weight[i] = e.weight;
      for (int s = 0; s < 3; ++s) {
        if (s < p.slots) v.new_slots[s][i] = e.slots[s];
      }
    });
  }
};

struct Squares {
  using Parameters = SquaresParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED double sums[most_warps];
    DLTRAIN_SHARED uint32_t counts[most_warps];
    const float scale = p.scale == nullptr ? 0.0F : *p.scale;
    double sum = 0;
    uint32_t strange = 0;
    for_stretch(p.stretches, [&](int value, uint32_t i) {
      float x = p.x[value][i];
      if (p.penalties[value] != 0) x += p.penalties[value] * scale * p.y[value][i];
      sum += static_cast<double>(x) * static_cast<double>(x);
      strange += IsFinite::of(x) == 0 ? 1 : 0;
    });
    sum = sum_over_block(sum, sums);
    strange = sum_over_block(strange, counts);
    if (Thread::index() != 0) return;
    p.sums[p.offset + Thread::block()] = sum;
    p.strange[p.offset + Thread::block()] = strange != 0 ? 1 : 0;
  }
};

// One block.
struct Total {
  using Parameters = TotalParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    DLTRAIN_SHARED double sums[most_warps];
    DLTRAIN_SHARED uint32_t counts[most_warps];
    double sum = 0;
    uint32_t strange = 0;
    for (uint32_t i = Thread::index(); i < p.count; i += Thread::count()) {
      sum += p.sums[i];
      strange += p.strange[i];
    }
    sum = sum_over_block(sum, sums);
    strange = sum_over_block(strange, counts);
    if (Thread::index() != 0) return;
    if (p.finite != nullptr) *p.finite = strange == 0 ? 1 : 0;
    if (p.sum != nullptr) *p.sum = static_cast<float>(sum);
  }
};

struct Average {
  using Parameters = AverageParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    const bool finite = *p.finite != 0;
    const float keep = *p.iteration == 0 ? 0.0F : p.momentum;
    const bool due = finite && p.frequency > 0 && (*p.iteration + 1) % p.frequency == 0;
    for_stretch(p.stretches, [&](int value, uint32_t i) {
      const float weight = p.weight[value][i];
      const float old = p.average[value][i];
      // With keep 0 the weight itself, whatever the average holds.
      const float now = (keep == 0 ? 0.0F : old * keep) + weight * (1 - keep);
      p.new_average[value][i] = finite ? now : old;
      if (p.frequency > 0) p.new_weight[value][i] = due ? now : weight;
    });
  }
};

// One thread.
struct LossScale {
  using Parameters = LossScaleParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    if (first_element() != 0) return;
    float scale = *p.scale;
    int64_t age = *p.age;
    int64_t skipped = *p.skipped;
    if (*p.counts != 0 && *p.finite != 0) {
      const bool grows = age == p.growth_steps - 1;
      if (grows) scale = Minimum::of(scale * 2, 0x1p126F);
      age = grows ? 0 : age + 1;
    } else if (*p.counts != 0) {
      skipped += scale <= 1 ? 0 : 1;
      scale = Maximum::of(scale * 0.5F, 1.0F);
      age = 0;
    }
    if (p.new_scale != nullptr) *p.new_scale = scale;
    if (p.new_age != nullptr) *p.new_age = age;
    if (p.new_skipped != nullptr) *p.new_skipped = skipped;
  }
};

}  // namespace

DLTRAIN_KERNEL(loss_scale_step, LossScale)
DLTRAIN_KERNEL(sgd_step, Step<Sgd>)
DLTRAIN_KERNEL(rmsprop_step, Step<Rmsprop>)
DLTRAIN_KERNEL(adam_step, Step<Adam>)
DLTRAIN_KERNEL(squares, Squares)
DLTRAIN_KERNEL(total, Total)
DLTRAIN_KERNEL(average_step, Average)
