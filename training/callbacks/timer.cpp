// Timer: ends training after a span of time.
#include <chrono>

#include "core/duration.h"
#include "training/callback.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Timer : Callback {
  static constexpr auto kind = "Timer";
  Setting max_time;

  static void describe(auto& d) {
    d.doc(
        "Ends training after a span of time, at the end of a step. Time before an interruption counts, time between "
        "does not.");
    d.param(&Timer::max_time, "max_time", "seconds, or a text as \"1h30m\" or \"2d\"")
        .required()
        .obeys(&complaint_about_duration, duration_grammar());
  }

  void prepare(const CallbackContext&) override { limit_ = *duration_of(max_time); }
  void open() override { start_ = now(); }

  Table state() override {
    Table state;
    state.set("seconds", seconds());
    return state;
  }
  void restore(const Table& state) override { before_ = number_at(state, "seconds"); }

  void on(const Event& event, Wishes& wishes) override {
    const bool between = std::holds_alternative<Stepped>(event) || std::holds_alternative<EpochDone>(event);
    if (between && seconds() >= limit_) wishes.stop = "the time of " + duration_words(limit_) + " is over";
  }

 private:
  double seconds() const { return before_ + (start_ > 0 ? now() - start_ : 0); }

  double limit_ = 0;
  double before_ = 0;  // seconds, in earlier processes
  double start_ = 0;   // on the clock; 0: not yet
};

}  // namespace

void register_timer(CallbackRegistry& registry) { registry.add<Timer>(); }

}  // namespace dltrain::training
