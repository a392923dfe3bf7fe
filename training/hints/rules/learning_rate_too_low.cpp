// learning-rate-too-low: steps so short that the loss has hardly moved.
#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

std::vector<Finding> judge_rate(const Evidence& e) {
  constexpr double short_step = 1e-4;  // a tenth of the usual 1e-3 of the weights
  const double hardly = e.moment == Moment::first_epoch ? 0.05 : 0.1;
  const std::optional<double> fall = e.fall();
  if (!fall || *fall >= hardly || *fall < -hardly || e.better_than_guessing()) return {};
  if (!e.movement.ratio || *e.movement.ratio >= short_step) return {};
  const double usual = usual_rate(e.spec);
  const double better = e.curve.first_rate < usual ? usual : e.curve.first_rate * 100;
  return {{optimizer_who(e.spec),
           "the learning rate " + short_text(e.curve.first_rate) +
               " is too low by orders: one step moves the weights by " + short_text(*e.movement.ratio * 100) +
               " % of their size (0.1 % is usual), and the loss fell by " + percent(*fall > 0 ? *fall : 0),
           "write " + learning_rate_help(e.spec, better)}};
}

}  // namespace

void register_learning_rate_too_low(RuleRegistry& registry) {
  registry.add({"learning-rate-too-low", judge_rate, {"dead-relu"}});
}

}  // namespace dltrain::training::hints
