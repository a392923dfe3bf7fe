// What a schedule is: the learning rate as a function of the optimizer steps done before. Computed on the host in
// double. Names, arguments, defaults and formulas are those of Keras 3.
#pragma once

#include <cstdint>
#include <memory>

#include "core/component.h"
#include "core/step_count.h"
#include "models/kinds.h"

namespace dltrain::models {

class Schedule {
 public:
  virtual ~Schedule() = default;
  // The learning rate of the update after `step` others: 0 for the first. steps_per_epoch > 0 gives counts in epochs a
  // size.
  virtual double at(int64_t step, int64_t steps_per_epoch) const = 0;
};

using ScheduleRegistry = Kinds<const Schedule>;
const ScheduleRegistry& schedule_registry();

// A learning rate ready for use: a number, or a component of family "schedule".
class LearningRate {
 public:
  LearningRate(const RealOrComponent& given, int64_t steps_per_epoch);
  double at(int64_t step) const { return schedule_ ? schedule_->at(step, steps_per_epoch_) : number_; }
  bool scheduled() const { return schedule_ != nullptr; }

 private:
  double number_;
  std::unique_ptr<const Schedule> schedule_;
  int64_t steps_per_epoch_;
};

// The same for a single step.
double learning_rate_at(const RealOrComponent& given, int64_t step, int64_t steps_per_epoch);

}  // namespace dltrain::models
