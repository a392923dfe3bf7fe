// loss-not-falling: after all these steps the loss is where it was, and none of the known causes is seen.
#include <algorithm>

#include "core/text.h"
#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

bool stays(const Evidence& e) {
  const double hardly = e.moment == Moment::first_epoch ? 0.02 : 0.05;
  const std::optional<double> fall = e.fall();
  return fall && *fall < hardly && !e.better_than_guessing();
}

bool has_regularizer(const models::Spec& spec) {
  for (const models::LayerSpec& layer : spec.model.layers) {
    for (const Table::Entry& entry : layer.component.params.entries()) {
      if (entry.key.ends_with("_regularizer") && !entry.value.is_none()) return true;
    }
  }
  return false;
}

// The loss may have fallen from a bad start to that of guessing. A regularizer is part of the loss, and then it does
// not show.
bool only_guesses(const Evidence& e) {
  constexpr int64_t least_steps = 100;
  constexpr double as_good = 0.98;
  const std::optional<double> guess = e.guessing();
  return e.moment == Moment::end && e.curve.epochs > 1 && e.curve.steps >= least_steps && guess &&
         e.curve.loss > as_good * *guess && !has_regularizer(e.spec);
}

std::vector<Finding> judge_loss(const Evidence& e) {
  if (!stays(e) && !only_guesses(e)) return {};
  std::string what;
  if (e.moment == Moment::first_epoch) {
    what = "the loss was " + short_text(e.curve.early_sum / static_cast<double>(e.curve.early_count)) +
           " in the first fifth of epoch 1 and " +
           short_text(e.curve.late_sum / static_cast<double>(e.curve.late_count)) + " in the last";
  } else {
    what = "the loss is " + short_text(e.curve.loss) + " after " + counted(e.curve.epochs, "epoch") + " and was " +
           short_text(std::max(e.curve.first_loss.value_or(0), e.curve.first_epoch_loss)) + " at the start";
  }
  if (const std::optional<double> guess = e.guessing()) what += ", where guessing alone gives " + short_text(*guess);
  return {{"[train]", what,
           "check that inputs and labels belong together, and that a few samples can be learned by heart: fit on 20 of "
           "them first"}};
}

}  // namespace

void register_loss_not_falling(RuleRegistry& registry) {
  registry.add({"loss-not-falling",
                judge_loss,
                {"always-one-class", "dead-relu", "input-not-scaled", "learning-rate-too-high", "learning-rate-too-low",
                 "target-not-scaled"}});
}

}  // namespace dltrain::training::hints
