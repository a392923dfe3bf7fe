// Warmup: the learning rate grows in a straight line, then another schedule (or a number) begins (Goyal et al.,
// "Accurate, Large Minibatch SGD", 2017). Keras has this within CosineDecay only; behind it that gives the same
// numbers.
#include "models/schedules/schedule.h"

namespace dltrain::models {

namespace {

bool warms_up(const Component& schedule) {
  const Setting* target = schedule.params.find("warmup_target");
  return schedule.kind == "Warmup" || (target != nullptr && !target->is_none());
}

struct Warmup : Schedule {
  static constexpr auto kind = "Warmup";
  double initial_learning_rate = 0;
  StepCount warmup_steps;
  RealOrComponent then;

  static void describe(auto& d) {
    d.doc(
        "The learning rate grows in a straight line from initial_learning_rate to where `then` begins, in "
        "warmup_steps; "
        "then `then` holds, which counts its steps from there.");
    d.param(&Warmup::warmup_steps, "warmup_steps", "steps of the warm-up").required().greater_than(0);
    d.param(&Warmup::then, "then", "what follows: a learning rate, or a schedule")
        .required()
        .family("schedule")
        .at_least(0);
    d.param(&Warmup::initial_learning_rate, "initial_learning_rate", "learning rate of the first step").at_least(0);
  }

  void check(FieldReport& report) const {
    if (!then.component || !warms_up(*then.component)) return;
    report.error("then", "two warm-ups, one behind the other (" + then.component->kind + " has its own)",
                 "leave one of them out");
  }

  double at(int64_t step, int64_t steps_per_epoch) const override {
    const int64_t warm = warmup_steps.steps(steps_per_epoch);
    if (step >= warm) return learning_rate_at(then, step - warm, steps_per_epoch);
    const double share = static_cast<double>(step) / static_cast<double>(warm);
    return initial_learning_rate + share * (learning_rate_at(then, 0, steps_per_epoch) - initial_learning_rate);
  }
};

}  // namespace

void register_warmup(ScheduleRegistry& registry) { registry.add<Warmup>(); }

}  // namespace dltrain::models
