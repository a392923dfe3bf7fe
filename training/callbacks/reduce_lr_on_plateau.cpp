// ReduceLROnPlateau: lowers the learning rate when a value no longer gets better. Rules of counting as in Keras 3.
#include <algorithm>

#include "core/text.h"
#include "training/callback.h"
#include "training/callbacks/support/direction.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

struct ReduceLROnPlateau : Callback {
  static constexpr auto kind = "ReduceLROnPlateau";
  std::string monitor = "val_loss";
  double factor = 0.1;
  int64_t patience = 10;
  MonitorMode mode = MonitorMode::automatic;
  double min_delta = 1e-4;
  int64_t cooldown = 0;
  double min_lr = 0;

  static void describe(auto& d) {
    d.doc("Multiplies the learning rate by a factor when a value has not got better for some epochs.");
    d.param(&ReduceLROnPlateau::monitor, "monitor", "the value to watch");
    d.param(&ReduceLROnPlateau::factor, "factor", "what the learning rate is multiplied by")
        .greater_than(0)
        .less_than(1);
    d.param(&ReduceLROnPlateau::patience, "patience", "epochs without improvement after which it is lowered")
        .at_least(0);
    d.param(&ReduceLROnPlateau::mode, "mode", "whether smaller or larger is better; automatic: by the metric");
    d.param(&ReduceLROnPlateau::min_delta, "min_delta", "what counts as better must be better by more than this")
        .at_least(0)
        .formerly("epsilon");
    d.param(&ReduceLROnPlateau::cooldown, "cooldown", "epochs after a reduction that are not counted").at_least(0);
    d.param(&ReduceLROnPlateau::min_lr, "min_lr", "the learning rate is never lowered below this").at_least(0);
  }

  void prepare(const CallbackContext& context) override { grows_ = monitor_grows(context.spec, mode, monitor); }
  std::string monitored() const override { return monitor; }
  bool sets_learning_rate() const override { return true; }

  Table state() override {
    Table state;
    state.set("wait", wait_);
    state.set("cooling", cooling_);
    if (best_) state.set("best", *best_);
    return state;
  }
  void restore(const Table& state) override {
    wait_ = count_at(state, "wait");
    cooling_ = count_at(state, "cooling");
    best_.reset();
    if (state.contains("best")) best_ = number_at(state, "best");
  }

  void on(const Event& event, Wishes& wishes) override {
    const auto* done = std::get_if<EpochDone>(&event);
    const double* value = done == nullptr ? nullptr : find_value(done->values, monitor);
    if (value == nullptr) return;
    if (cooling_ > 0) {
      --cooling_;
      wait_ = 0;
    }
    if (improves(*value, best_, grows_, min_delta)) {
      best_ = *value;
      wait_ = 0;
      return;
    }
    if (cooling_ > 0) return;
    if (++wait_ >= patience) reduce(done->learning_rate, wishes);
  }

 private:
  void reduce(double old, Wishes& wishes) {
    if (old <= min_lr) return;
    wishes.learning_rate = std::max(old * factor, min_lr);
    wishes.notices.push_back("learning rate " + float_text(static_cast<float>(*wishes.learning_rate)) +
                             " from now on: " + monitor + " has not improved for " + counted(wait_, "epoch"));
    cooling_ = cooldown;
    wait_ = 0;
  }

  bool grows_ = false;
  int64_t wait_ = 0;
  int64_t cooling_ = 0;  // epochs left in which nothing is counted
  std::optional<double> best_;
};

}  // namespace

void register_reduce_lr_on_plateau(CallbackRegistry& registry) { registry.add<ReduceLROnPlateau>(); }

}  // namespace dltrain::training
