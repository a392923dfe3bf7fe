// overfitting: training goes on, and the model gets worse, or stays far worse, on what it does not train on.
#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "training/hints/rule.h"
#include "training/hints/wording.h"
#include "training/kept_weights.h"

namespace dltrain::training::hints {

namespace {

// The validation loss got worse by a quarter since its best epoch, while the training loss fell on, and the two are
// apart by more than a tenth of what there was to learn.
bool got_worse(const Evidence& e) {
  constexpr int64_t least_epochs = 3;  // since the best
  const Curve& c = e.curve;
  if (!c.val_loss || !c.best_val_loss || *c.best_val_loss <= 0 || c.epochs - c.best_epoch < least_epochs) return false;
  const double whole = e.guessing().value_or(c.first_loss.value_or(c.first_epoch_loss));
  return *c.val_loss > 1.25 * *c.best_val_loss && *c.val_loss - c.loss > 0.1 * whole && c.loss < c.loss_at_best;
}

// Accuracies far apart, beyond what chance does with so few validation samples.
bool far_apart(const Evidence& e) {
  const Curve& c = e.curve;
  if (!c.accuracy || !c.val_accuracy) return false;
  const double samples = static_cast<double>(std::max<int64_t>(e.data.size(datasets::Part::validation), 1));
  const double chance = 2 * std::sqrt(*c.val_accuracy * (1 - *c.val_accuracy) / samples);
  return *c.accuracy - *c.val_accuracy > 0.1 + chance;
}

std::vector<Finding> judge_gap(const Evidence& e) {
  const Curve& c = e.curve;
  if (e.moment != Moment::end || keeps_best_weights(e.spec)) return {};
  const bool worse = got_worse(e);
  if (!worse && !far_apart(e)) return {};
  std::string what;
  if (c.accuracy && c.val_accuracy)
    what = "accuracy is " + percent(*c.accuracy) + " on the training part and " + percent(*c.val_accuracy) +
           " on the validation part";
  if (worse) {
    what += (what.empty() ? "" : "; ") + std::string("val_loss is ") + short_text(*c.val_loss) + " and was " +
            short_text(*c.best_val_loss) + " in epoch " + std::to_string(c.best_epoch) +
            ", while the training loss fell to " + short_text(c.loss);
  }
  const std::string stop = "add callbacks = [{ type = \"EarlyStopping\", patience = 5, restore_best_weights = true }]";
  return {{"[train]", what,
           worse ? stop + ", or more data, Dropout or a smaller model" : "use more data, Dropout or a smaller model"}};
}

}  // namespace

void register_overfitting(RuleRegistry& registry) { registry.add({"overfitting", judge_gap, {"labels-shifted"}}); }

}  // namespace dltrain::training::hints
