// PiecewiseConstantDecay: one learning rate up to each boundary, that step included, and one beyond the last.
#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

struct PiecewiseConstantDecay : Schedule {
  static constexpr auto kind = "PiecewiseConstantDecay";
  std::vector<StepCount> boundaries;
  std::vector<double> values;

  static void describe(auto& d) {
    d.doc("Holds values[0] up to step boundaries[0] included, then values[1] up to boundaries[1], and so on.");
    d.param(&PiecewiseConstantDecay::boundaries, "boundaries", "steps after which the next value holds, growing")
        .required();
    d.param(&PiecewiseConstantDecay::values, "values", "learning rates, one more than boundaries")
        .required()
        .at_least(0);
  }

  void check(FieldReport& report) const {
    if (boundaries.empty())
      report.error("boundaries", "boundaries needs one step or more", "for a constant learning rate write a number");
    if (!boundaries.empty() && values.size() != boundaries.size() + 1) {
      report.error("values", "values needs one number more than boundaries (were " + std::to_string(values.size()) +
                                 " values and " + std::to_string(boundaries.size()) + " boundaries)");
    }
    for (size_t i = 1; i < boundaries.size(); ++i) {
      const bool comparable = boundaries[i].epochs == boundaries[i - 1].epochs;
      if (!comparable || boundaries[i].amount > boundaries[i - 1].amount) continue;
      report.error("boundaries", "boundaries must grow (number " + std::to_string(i + 1) + " does not)");
      return;
    }
  }

  double at(int64_t step, int64_t steps_per_epoch) const override {
    size_t i = 0;
    while (i < boundaries.size() && step > boundaries[i].steps(steps_per_epoch)) ++i;
    return values[i];
  }
};

}  // namespace

void register_piecewise_constant_decay(ScheduleRegistry& registry) { registry.add<PiecewiseConstantDecay>(); }

}  // namespace dltrain::models
