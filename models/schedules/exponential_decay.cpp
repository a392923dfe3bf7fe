// ExponentialDecay: initial_learning_rate x decay_rate ^ (step / decay_steps).
#include <cmath>

#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

struct ExponentialDecay : Schedule {
  static constexpr auto kind = "ExponentialDecay";
  double initial_learning_rate = 0;
  StepCount decay_steps;
  double decay_rate = 0;
  bool staircase = false;

  static void describe(auto& d) {
    d.doc(
        "Multiplies the learning rate by decay_rate every decay_steps: initial_learning_rate x decay_rate ^ (step / "
        "decay_steps).");
    d.param(&ExponentialDecay::initial_learning_rate, "initial_learning_rate", "learning rate of the first step")
        .required()
        .at_least(0);
    d.param(&ExponentialDecay::decay_steps, "decay_steps", "steps after which the factor is decay_rate")
        .required()
        .greater_than(0);
    d.param(&ExponentialDecay::decay_rate, "decay_rate", "factor for each decay_steps").required().greater_than(0);
    d.param(&ExponentialDecay::staircase, "staircase", "change it only every decay_steps, at once");
  }

  double at(int64_t step, int64_t steps_per_epoch) const override {
    double periods = static_cast<double>(step) / static_cast<double>(decay_steps.steps(steps_per_epoch));
    if (staircase) periods = std::floor(periods);
    return initial_learning_rate * std::pow(decay_rate, periods);
  }
};

}  // namespace

void register_exponential_decay(ScheduleRegistry& registry) { registry.add<ExponentialDecay>(); }

}  // namespace dltrain::models
