// parts-differ: the numbers to predict are others in the validation part than in the training part.
#include <cmath>

#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

std::vector<Finding> judge_drift(const Evidence& e) {
  constexpr double most_deviations = 1;  // between the means
  std::vector<Finding> found;
  for (const TargetValues& there : e.look.validation_targets) {
    for (const TargetValues& here : e.look.targets) {
      if (here.output != there.output || here.deviation == 0) continue;
      const double apart = std::abs(there.mean - here.mean) / here.deviation;
      if (apart <= most_deviations) continue;
      found.push_back(
          {"data, target of " + layer_who(e.spec, here.output),
           "its mean is " + short_text(here.mean) + " in the training part and " + short_text(there.mean) +
               " in the validation part, " + short_text(apart) + " standard deviations apart",
           "where the rows are in an order, mix them (how = \"random\"); where they follow a trend in time, "
           "predict the change instead of the value, or train on later rows",
           e.moment == Moment::end});  // people have read it after epoch one
    }
  }
  return found;
}

}  // namespace

void register_parts_differ(RuleRegistry& registry) { registry.add({"parts-differ", judge_drift}); }

}  // namespace dltrain::training::hints
