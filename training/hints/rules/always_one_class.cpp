// always-one-class: whatever goes in, the same class comes out.
#include "core/text.h"
#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

// From here on a class is so frequent that it is the right answer at first.
constexpr double rare = 0.8;

std::string help_for(const Evidence& e, double share) {
  if (share >= rare) return "make the others count more: write class_weight = \"balanced\" in [train]";
  return "try a learning rate ten times smaller, " + learning_rate_help(e.spec, e.curve.first_rate / 10) +
         ", and check that inputs and labels belong together";
}

std::vector<Finding> judge_answers(const Evidence& e) {
  constexpr int64_t least_samples = 64;
  std::vector<Finding> found;
  for (const Answers& answers : e.look.train) {
    const int64_t samples = answers.samples();
    if (samples < least_samples) continue;
    for (size_t c = 0; c < answers.confusion.size(); ++c) {
      const int64_t truly = answers.truly(c);
      if (answers.answered(c) != samples || truly == samples) continue;
      const double share = static_cast<double>(truly) / static_cast<double>(samples);
      if (e.moment == Moment::first_epoch && share >= rare) continue;
      found.push_back({layer_who(e.spec, answers.output),
                       "the answer is class " + quote(answers.names[c]) + " for all of the " + std::to_string(samples) +
                           " samples looked at, and " + (share < rare ? "only " : "") + percent(share) +
                           " of them are of that class",
                       help_for(e, share)});
    }
  }
  return found;
}

}  // namespace

void register_always_one_class(RuleRegistry& registry) {
  registry.add(
      {"always-one-class", judge_answers, {"input-not-scaled", "learning-rate-too-high", "learning-rate-too-low"}});
}

}  // namespace dltrain::training::hints
