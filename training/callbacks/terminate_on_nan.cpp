// TerminateOnNaN: that a step which is not finite ends the run needs no naming; named, a loss of an epoch that is not
// finite (of the validation part, too) ends it as well.
#include <cmath>

#include "training/callback.h"

namespace dltrain::training {

namespace {

struct TerminateOnNaN : Callback {
  static constexpr auto kind = "TerminateOnNaN";

  static void describe(auto& d) {
    d.doc(
        "Ends training when a loss is not a finite number. A step whose loss or gradient is not finite ends every run, "
        "with an "
        "error, and leaves the weights as they were before; this adds the losses of the validation part.");
  }

  void on(const Event& event, Wishes& wishes) override {
    const auto* done = std::get_if<EpochDone>(&event);
    if (done == nullptr) return;
    for (const auto& [name, value] : done->values) {
      if (name.ends_with("loss") && !std::isfinite(value)) wishes.stop = name + " is not a finite number";
    }
  }
};

}  // namespace

void register_terminate_on_nan(CallbackRegistry& registry) { registry.add<TerminateOnNaN>(); }

}  // namespace dltrain::training
