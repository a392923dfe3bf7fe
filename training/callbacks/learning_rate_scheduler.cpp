// LearningRateScheduler: the learning rate of each epoch, from a table or by a factor. Keras takes a function here; a
// recipe holds no code.
#include <cmath>
#include <map>

#include "core/text.h"
#include "models/optimizers/optimizer.h"
#include "training/callback.h"

namespace dltrain::training {

namespace {

struct LearningRateScheduler : Callback {
  static constexpr auto kind = "LearningRateScheduler";
  Setting schedule;
  std::optional<double> factor;
  int64_t from_epoch = 2;

  static void describe(auto& d) {
    d.doc(
        "Sets the learning rate at the beginning of epochs: by a table of epochs, each of which holds until the next, "
        "or by a "
        "factor for each epoch.");
    d.param(&LearningRateScheduler::schedule, "schedule",
            "learning rates by epoch, counted from 1: { 1 = 0.1, 10 = 0.01 }");
    d.param(&LearningRateScheduler::factor, "factor", "what each epoch multiplies the optimizer's learning rate by")
        .greater_than(0);
    d.param(&LearningRateScheduler::from_epoch, "from_epoch", "the first epoch that the factor changes").at_least(1);
  }

  void check(FieldReport& report) const {
    if (factor.has_value() == (schedule.table() != nullptr)) {
      report.error(schedule.is_none() ? "factor" : "schedule",
                   schedule.is_none() || factor ? "one of schedule and factor is needed, and only one"
                                                : "schedule must be a table",
                   "write schedule = { 1 = 0.1, 10 = 0.01 }, or factor = 0.9");
      return;
    }
    if (schedule.table() == nullptr) return;
    if (schedule.table()->empty())
      report.error("schedule", "schedule is empty", "write schedule = { 1 = 0.1, 10 = 0.01 }");
    for (const Table::Entry& entry : schedule.table()->entries()) {
      const auto epoch = parse_integer(entry.key);
      if (!epoch || *epoch < 1) report.error("schedule", "an epoch is a number from 1 (was " + quote(entry.key) + ")");
      const auto rate = number(entry.value);
      if (!rate || !std::isfinite(*rate) || *rate < 0)
        report.error("schedule", "the learning rate of epoch " + entry.key + " must be a number, at least 0 (was " +
                                     entry.value.toml() + ")");
    }
  }

  void prepare(const CallbackContext& context) override {
    first_ = models::make_optimizer(context.spec.train.optimizer)->learning_rate.number;
    if (schedule.table() == nullptr) return;
    for (const Table::Entry& entry : schedule.table()->entries())
      rates_[*parse_integer(entry.key)] = *number(entry.value);
  }
  bool sets_learning_rate() const override { return true; }

  // A function of the epoch alone: nothing has to be remembered.
  void on(const Event& event, Wishes& wishes) override {
    const auto* started = std::get_if<EpochStarted>(&event);
    if (started == nullptr) return;
    if (factor) {
      const int64_t times = std::max<int64_t>(0, started->epoch - from_epoch + 1);
      wishes.learning_rate = first_ * std::pow(*factor, static_cast<double>(times));
      return;
    }
    const auto next = rates_.upper_bound(started->epoch);
    if (next != rates_.begin()) wishes.learning_rate = std::prev(next)->second;
  }

 private:
  static std::optional<double> number(const Setting& value) {
    if (value.real() != nullptr) return *value.real();
    if (value.integer() != nullptr) return static_cast<double>(*value.integer());
    return {};
  }

  double first_ = 0;
  std::map<int64_t, double> rates_;  // by first epoch
};

}  // namespace

void register_learning_rate_scheduler(CallbackRegistry& registry) { registry.add<LearningRateScheduler>(); }

}  // namespace dltrain::training
