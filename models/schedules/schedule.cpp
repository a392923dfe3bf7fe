#include "models/schedules/schedule.h"

namespace dltrain::models {

void register_all(ScheduleRegistry& registry);

const ScheduleRegistry& schedule_registry() {
  static const ScheduleRegistry registry = [] {
    ScheduleRegistry made("schedule");
    register_all(made);
    return made;
  }();
  return registry;
}

LearningRate::LearningRate(const RealOrComponent& given, int64_t steps_per_epoch)
    : number_(given.number),
      schedule_(given.component ? schedule_registry().make(*given.component) : nullptr),
      steps_per_epoch_(steps_per_epoch) {}

double learning_rate_at(const RealOrComponent& given, int64_t step, int64_t steps_per_epoch) {
  return LearningRate(given, steps_per_epoch).at(step);
}

}  // namespace dltrain::models
