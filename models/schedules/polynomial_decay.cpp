// PolynomialDecay: from initial_learning_rate to end_learning_rate along (1 - step / decay_steps) ^ power.
#include <algorithm>
#include <cmath>

#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

struct PolynomialDecay : Schedule {
  static constexpr auto kind = "PolynomialDecay";
  double initial_learning_rate = 0;
  StepCount decay_steps;
  double end_learning_rate = 0.0001;
  double power = 1;
  bool cycle = false;

  static void describe(auto& d) {
    d.doc(
        "Goes from initial_learning_rate to end_learning_rate in decay_steps along a power of the time that is left.");
    d.param(&PolynomialDecay::initial_learning_rate, "initial_learning_rate", "learning rate of the first step")
        .required()
        .at_least(0);
    d.param(&PolynomialDecay::decay_steps, "decay_steps", "steps until end_learning_rate").required().greater_than(0);
    d.param(&PolynomialDecay::end_learning_rate, "end_learning_rate", "learning rate at the end").at_least(0);
    d.param(&PolynomialDecay::power, "power", "exponent; 1 is a straight line").greater_than(0);
    d.param(&PolynomialDecay::cycle, "cycle", "start again beyond decay_steps, each time with a longer period");
  }

  double at(int64_t step, int64_t steps_per_epoch) const override {
    auto now = static_cast<double>(step);
    auto period = static_cast<double>(decay_steps.steps(steps_per_epoch));
    if (cycle) {
      period *= step == 0 ? 1 : std::ceil(now / period);
    } else {
      now = std::min(now, period);
    }
    return (initial_learning_rate - end_learning_rate) * std::pow(1 - now / period, power) + end_learning_rate;
  }
};

}  // namespace

void register_polynomial_decay(ScheduleRegistry& registry) { registry.add<PolynomialDecay>(); }

}  // namespace dltrain::models
