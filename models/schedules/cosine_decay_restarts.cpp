// CosineDecayRestarts: half cosines one after another (Loshchilov and Hutter, "SGDR", 2017).
#include <cmath>
#include <numbers>

#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

struct CosineDecayRestarts : Schedule {
  static constexpr auto kind = "CosineDecayRestarts";
  double initial_learning_rate = 0;
  StepCount first_decay_steps;
  double t_mul = 2;
  double m_mul = 1;
  double alpha = 0;

  static void describe(auto& d) {
    d.doc(
        "Lowers the learning rate along half a cosine, starts again, and so on: each period t_mul times as long and "
        "m_mul "
        "times as high as the one before.");
    d.param(&CosineDecayRestarts::initial_learning_rate, "initial_learning_rate", "learning rate of the first step")
        .required()
        .at_least(0);
    d.param(&CosineDecayRestarts::first_decay_steps, "first_decay_steps", "steps of the first period")
        .required()
        .greater_than(0);
    d.param(&CosineDecayRestarts::t_mul, "t_mul", "length of a period over that of the one before").at_least(1);
    d.param(&CosineDecayRestarts::m_mul, "m_mul", "start of a period over that of the one before").greater_than(0);
    d.param(&CosineDecayRestarts::alpha, "alpha", "lowest learning rate, as a share of initial_learning_rate")
        .at_least(0);
  }

  // Steps are counted, not computed from logarithms as in Keras, which may be off by one step at a restart.
  double at(int64_t step, int64_t steps_per_epoch) const override {
    auto left = static_cast<double>(step);
    auto period = static_cast<double>(first_decay_steps.steps(steps_per_epoch));
    double height = 1;
    if (t_mul == 1) {
      const double restarts = std::floor(left / period);
      left -= restarts * period;
      height = std::pow(m_mul, restarts);
    }
    for (; t_mul > 1 && left >= period; period *= t_mul) {
      left -= period;
      height *= m_mul;
    }
    const double cosine = 0.5 * height * (1 + std::cos(std::numbers::pi * left / period));
    return initial_learning_rate * ((1 - alpha) * cosine + alpha);
  }
};

}  // namespace

void register_cosine_decay_restarts(ScheduleRegistry& registry) { registry.add<CosineDecayRestarts>(); }

}  // namespace dltrain::models
