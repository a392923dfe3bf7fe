// CosineDecay: an optional linear warm-up, then half a cosine (Loshchilov and Hutter, "SGDR", 2017).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

struct CosineDecay : Schedule {
  static constexpr auto kind = "CosineDecay";
  double initial_learning_rate = 0;
  StepCount decay_steps;
  double alpha = 0;
  std::optional<double> warmup_target;
  StepCount warmup_steps;

  static void describe(auto& d) {
    d.doc(
        "Lowers the learning rate along half a cosine in decay_steps. With warmup_target it first grows from "
        "initial_learning_rate to warmup_target in warmup_steps, and decays from there.");
    d.param(&CosineDecay::initial_learning_rate, "initial_learning_rate", "learning rate of the first step")
        .required()
        .at_least(0);
    d.param(&CosineDecay::decay_steps, "decay_steps", "steps of the decay, warm-up not counted")
        .required()
        .greater_than(0);
    d.param(&CosineDecay::alpha, "alpha", "learning rate at the end, as a share of that at the start of the decay")
        .at_least(0);
    d.param(&CosineDecay::warmup_target, "warmup_target", "learning rate after the warm-up; without it there is none")
        .at_least(0);
    d.param(&CosineDecay::warmup_steps, "warmup_steps", "steps of the warm-up");
  }

  void check(FieldReport& report) const {
    if (warmup_target || warmup_steps.amount == 0) return;
    report.error("warmup_steps", "warmup_steps has no effect without warmup_target",
                 "add warmup_target, the learning rate after the warm-up");
  }

  double at(int64_t step, int64_t steps_per_epoch) const override {
    const int64_t warm = warmup_target ? warmup_steps.steps(steps_per_epoch) : 0;
    if (step < warm) {
      const double share = static_cast<double>(step) / static_cast<double>(warm);
      return initial_learning_rate + share * (*warmup_target - initial_learning_rate);
    }
    const int64_t period = decay_steps.steps(steps_per_epoch);
    const double share = static_cast<double>(std::min(step - warm, period)) / static_cast<double>(period);
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * share));
    return warmup_target.value_or(initial_learning_rate) * ((1 - alpha) * cosine + alpha);
  }
};

}  // namespace

void register_cosine_decay(ScheduleRegistry& registry) { registry.add<CosineDecay>(); }

}  // namespace dltrain::models
