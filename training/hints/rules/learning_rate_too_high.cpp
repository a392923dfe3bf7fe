// learning-rate-too-high: steps so long that the loss jumps about or flies away.
#include <algorithm>

#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

// The largest mean loss of a stretch of steps: what comes down again after flying away may have lost all its units.
double highest(const Evidence& e) {
  const Curve& c = e.curve;
  const double early = c.early_count > 0 ? c.early_sum / static_cast<double>(c.early_count) : 0;
  return std::max({early, c.first_epoch_loss, c.loss});
}

std::vector<Finding> judge_rate(const Evidence& e) {
  constexpr double long_step = 0.1;       // a hundred times the usual 1e-3 of the weights
  constexpr double orders = 100;          // times the usual learning rate of the optimizer
  constexpr double away = 2, far_away = 10;  // times the loss at the start
  constexpr double hardly = 0.1;
  if (e.better_than_guessing() || !e.curve.first_loss) return {};
  const double start = std::max(*e.curve.first_loss, e.guessing().value_or(0)), peak = highest(e);
  const std::optional<double> fall = e.fall();
  const bool stays = fall && *fall < hardly;
  const bool long_steps = e.movement.ratio && *e.movement.ratio > long_step;
  const double rate = e.curve.first_rate, usual = usual_rate(e.spec);
  const bool suspicious = long_steps || rate >= orders * usual;
  if (start <= 0 || !(peak > far_away * start || (suspicious && (peak > away * start || stays)))) return {};
  std::string what =
      "the learning rate " + short_text(rate) + " is too high: the loss was " + short_text(start) + " at the start, ";
  if (peak > away * start) what += "went up to " + short_text(peak) + " on average, ";
  what += "and is no better than guessing";
  if (long_steps)
    what += "; one step moves the weights by " + percent(*e.movement.ratio) + " of their size (0.1 % is usual)";
  return {{optimizer_who(e.spec), what, "write " + learning_rate_help(e.spec, rate > usual ? usual : rate / 100)}};
}

}  // namespace

void register_learning_rate_too_high(RuleRegistry& registry) {
  registry.add({"learning-rate-too-high", judge_rate, {"input-not-scaled"}});
}

}  // namespace dltrain::training::hints
