// EarlyStopping: ends training when a value no longer gets better. Rules of counting as in Keras 3; that a value which
// is not finite is no improvement, not even the first, is ours.
#include "core/text.h"
#include "training/callback.h"
#include "training/callbacks/support/direction.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

struct EarlyStopping : Callback {
  static constexpr auto kind = "EarlyStopping";
  std::string monitor = "val_loss";
  double min_delta = 0;
  int64_t patience = 0;
  MonitorMode mode = MonitorMode::automatic;
  std::optional<double> baseline;
  bool restore_best_weights = false;
  int64_t start_from_epoch = 0;

  static void describe(auto& d) {
    d.doc(
        "Ends training when a value has not got better for some epochs; with restore_best_weights, with the weights of "
        "the "
        "best epoch.");
    d.param(&EarlyStopping::monitor, "monitor", "the value to watch");
    d.param(&EarlyStopping::min_delta, "min_delta", "what counts as better must be better by more than this")
        .at_least(0);
    d.param(&EarlyStopping::patience, "patience", "epochs without improvement after which training ends").at_least(0);
    d.param(&EarlyStopping::mode, "mode", "whether smaller or larger is better; automatic: by the metric");
    d.param(&EarlyStopping::baseline, "baseline", "patience begins anew only for values better than this too");
    d.param(&EarlyStopping::restore_best_weights, "restore_best_weights", "end with the weights of the best epoch");
    d.param(&EarlyStopping::start_from_epoch, "start_from_epoch", "epochs at the beginning that are not looked at")
        .at_least(0);
  }

  void prepare(const CallbackContext& context) override { grows_ = monitor_grows(context.spec, mode, monitor); }
  std::string monitored() const override { return monitor; }

  Table state() override {
    Table state;
    state.set("wait", wait_);
    state.set("best_epoch", best_epoch_);
    if (best_) state.set("best", *best_);
    return state;
  }
  void restore(const Table& state) override {
    wait_ = count_at(state, "wait");
    best_epoch_ = count_at(state, "best_epoch");
    best_.reset();
    if (state.contains("best")) best_ = number_at(state, "best");
  }

  void on(const Event& event, Wishes& wishes) override {
    if (const auto* done = std::get_if<EpochDone>(&event)) at_epoch(*done, wishes);
    if (std::holds_alternative<TrainingDone>(event)) at_end(wishes);
  }

 private:
  void at_epoch(const EpochDone& done, Wishes& wishes) {
    const double* value = find_value(done.values, monitor);
    if (value == nullptr || done.epoch <= start_from_epoch) return;
    if (best_epoch_ == 0) remember(done.epoch, wishes);
    ++wait_;
    if (improves(*value, best_, grows_, min_delta)) {
      best_ = *value;
      remember(done.epoch, wishes);
      if (!baseline || improves(*value, baseline, grows_, min_delta)) wait_ = 0;
      return;
    }
    if (wait_ < patience || done.epoch <= 1) return;
    wishes.stop = monitor + " has not improved for " + counted(wait_, "epoch");
    if (best_)
      *wishes.stop += ": best " + float_text(static_cast<float>(*best_)) + " in epoch " + std::to_string(best_epoch_);
  }

  // Called twice for an epoch, it keeps one copy.
  void remember(int64_t epoch, Wishes& wishes) {
    if (restore_best_weights && best_epoch_ != epoch) wishes.remember.push_back(copy());
    best_epoch_ = epoch;
  }

  void at_end(Wishes& wishes) const {
    if (!restore_best_weights || best_epoch_ == 0) return;
    wishes.restore.push_back(copy());
    wishes.notices.push_back("the weights are those of epoch " + std::to_string(best_epoch_) + ", the best by " +
                             monitor);
  }

  std::string copy() const { return "EarlyStopping " + monitor; }

  bool grows_ = false;
  int64_t wait_ = 0;
  int64_t best_epoch_ = 0;  // 0: none yet
  std::optional<double> best_;
};

}  // namespace

void register_early_stopping(CallbackRegistry& registry) { registry.add<EarlyStopping>(); }

}  // namespace dltrain::training
