// best-epoch-first: the weights of epoch one are kept, so that all later epochs were for nothing.
#include "training/hints/rule.h"
#include "training/hints/wording.h"
#include "training/kept_weights.h"

namespace dltrain::training::hints {

namespace {

// Where the weights of the last epoch are kept, overfitting says what is wrong.
std::vector<Finding> judge_best(const Evidence& e) {
  constexpr int64_t least_epochs = 4;  // since the best
  constexpr double least_fall = 0.05;  // of the training loss: it learned on, but nothing that holds elsewhere
  constexpr double least_rise = 0.01;  // of val_loss: below that it has only stopped falling
  const Curve& c = e.curve;
  if (e.moment != Moment::end || !keeps_best_weights(e.spec) || !c.val_loss || !c.best_val_loss) return {};
  if (c.best_epoch != 1 || c.epochs - c.best_epoch < least_epochs || *c.best_val_loss <= 0) return {};
  if (c.loss > (1 - least_fall) * c.first_epoch_loss || *c.val_loss < (1 + least_rise) * *c.best_val_loss) return {};
  return {{"[train]",
           "val_loss was best after epoch 1 (" + short_text(*c.best_val_loss) + "; " + short_text(*c.val_loss) +
               " after epoch " + std::to_string(c.epochs) + "), while the training loss fell on from " +
               short_text(c.first_epoch_loss) + " to " + short_text(c.loss) +
               ": the weights of epoch 1 are kept, and the rest was for nothing",
           "try " + learning_rate_help(e.spec, c.first_rate / 10) +
               " (smaller steps find better places), Dropout, a smaller model, or more data"}};
}

}  // namespace

void register_best_epoch_first(RuleRegistry& registry) {
  registry.add({"best-epoch-first", judge_best, {"labels-shifted", "learning-rate-too-high", "parts-differ"}});
}

}  // namespace dltrain::training::hints
