// InverseTimeDecay: initial_learning_rate / (1 + decay_rate x step / decay_steps).
#include <cmath>

#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

struct InverseTimeDecay : Schedule {
  static constexpr auto kind = "InverseTimeDecay";
  double initial_learning_rate = 0;
  StepCount decay_steps;
  double decay_rate = 0;
  bool staircase = false;

  static void describe(auto& d) {
    d.doc(
        "Lowers the learning rate with the inverse of time: initial_learning_rate / (1 + decay_rate x step / "
        "decay_steps).");
    d.param(&InverseTimeDecay::initial_learning_rate, "initial_learning_rate", "learning rate of the first step")
        .required()
        .at_least(0);
    d.param(&InverseTimeDecay::decay_steps, "decay_steps", "the unit of time").required().greater_than(0);
    d.param(&InverseTimeDecay::decay_rate, "decay_rate", "how fast it falls").required().at_least(0);
    d.param(&InverseTimeDecay::staircase, "staircase", "change it only every decay_steps, at once");
  }

  double at(int64_t step, int64_t steps_per_epoch) const override {
    double periods = static_cast<double>(step) / static_cast<double>(decay_steps.steps(steps_per_epoch));
    if (staircase) periods = std::floor(periods);
    return initial_learning_rate / (1 + decay_rate * periods);
  }
};

}  // namespace

void register_inverse_time_decay(ScheduleRegistry& registry) { registry.add<InverseTimeDecay>(); }

}  // namespace dltrain::models
