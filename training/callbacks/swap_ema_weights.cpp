// SwapEMAWeights: validates with the averages of the weights that the optimizer keeps (`use_ema`), as in Keras 3.
#include <algorithm>

#include "models/optimizers/optimizer.h"
#include "training/callback.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

struct SwapEMAWeights : Callback {
  static constexpr auto kind = "SwapEMAWeights";
  bool swap_on_epoch = false;

  static void describe(auto& d) {
    d.doc(
        "Puts the averages of the weights into the model while it is validated; with swap_on_epoch also at the end of "
        "an epoch, "
        "so that what is saved then (RUN/best) has them, until the next begins. The optimizer needs use_ema = true.");
    d.param(&SwapEMAWeights::swap_on_epoch, "swap_on_epoch",
            "keep the averages in the model from the end of an epoch to the next");
  }

  void prepare(const CallbackContext& context) override {
    const auto same = [](const Component& callback) { return callback.kind == kind; };
    if (std::count_if(context.spec.callbacks.begin(), context.spec.callbacks.end(), same) > 1) {
      throw UserError(ExitCode::recipe, "callback-setting", "callback \"SwapEMAWeights\"", "it is named twice",
                      "leave one of them out");
    }
    if (models::make_optimizer(context.spec.train.optimizer)->use_ema) return;
    throw UserError(ExitCode::recipe, "callback-setting", "callback \"SwapEMAWeights\"",
                    "the optimizer keeps no averages of the weights",
                    "add use_ema = true to the optimizer, or leave the callback out");
  }

  Table state() override {
    Table state;
    state.set("swapped", swapped_);
    return state;
  }
  void restore(const Table& state) override { swapped_ = flag_at(state, "swapped"); }

  void on(const Event& event, Wishes& wishes) override {
    if (std::holds_alternative<ValidationStarted>(event)) want(true, wishes);
    if (std::holds_alternative<EpochDone>(event)) want(swap_on_epoch, wishes);
    if (std::holds_alternative<EpochStarted>(event) || std::holds_alternative<TrainingDone>(event)) want(false, wishes);
  }

 private:
  void want(bool swapped, Wishes& wishes) {
    wishes.swap_averages = swapped != swapped_;
    swapped_ = swapped;
  }

  bool swapped_ = false;  // the averages are in the model
};

}  // namespace

void register_swap_ema_weights(CallbackRegistry& registry) { registry.add<SwapEMAWeights>(); }

}  // namespace dltrain::training
