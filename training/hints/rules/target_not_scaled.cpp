// target-not-scaled: a regression whose target is so large or small that the model has not reached its size.
#include <cmath>

#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

std::vector<Finding> judge_targets(const Evidence& e) {
  constexpr double large = 100, small = 0.01;
  std::vector<Finding> found;
  if (e.better_than_guessing()) return found;
  for (const TargetValues& target : e.look.targets) {
    const double size = std::hypot(target.mean, target.deviation);
    if (size == 0 || (size <= large && size >= small)) continue;
    const std::optional<double> guess = e.guessing();
    found.push_back({layer_who(e.spec, target.output),
                     "the target has mean " + short_text(target.mean) + " and standard deviation " +
                         short_text(target.deviation) + ", and the loss is " + short_text(e.curve.loss) +
                         (guess ? ", worse than that of always answering the mean, " + short_text(*guess) : ""),
                     "divide the target by " + short_text(std::pow(10, std::round(std::log10(size)))) +
                         " in the data, so that it is around 1"});
  }
  return found;
}

}  // namespace

void register_target_not_scaled(RuleRegistry& registry) { registry.add({"target-not-scaled", judge_targets}); }

}  // namespace dltrain::training::hints
