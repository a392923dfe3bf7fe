// What a run reports, under the tags that Keras gives it (keras/src/callbacks/tensorboard.py); what depends on the clock
// or the machine has the prefix "system/".
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "formats/tfevents/scalars.h"
#include "training/events.h"

namespace dltrain::training {

class Observer;

// A value of epochs and steps: a loss or a metric.
struct LoggedValue {
  std::string name;
  bool increases = false;  // larger is better
  bool validation = false;
  std::string epoch_tag, batch_tag;
  std::optional<double> best;  // of all epochs

  void note(double value);
};

using Scalars = std::vector<formats::NamedScalar>;

// Bytes of an event of scalars as a record of an event file; 0 where there are none.
int64_t record_bytes(const Scalars& scalars);

// What is returned is there until the next call.
class ScalarTags {
 public:
  ScalarTags() = default;
  // `observer` says which values increase; null: none does.
  explicit ScalarTags(const Observer* observer) : observer_(observer) {}

  // The value of this name, which is made where it is new.
  LoggedValue& value(const std::string& name);
  const std::deque<LoggedValue>& values() const { return values_; }

  const Scalars& of_step(const StepDone& done);
  const Scalars& of_epoch(const EpochDone& done, std::optional<double> gradient_norm);
  // The values of the validation part alone, under their tags over epochs or over steps.
  const Scalars& of_validation(const EpochDone& done, std::string LoggedValue::* tag);

 private:
  const Observer* observer_ = nullptr;
  std::deque<LoggedValue> values_;  // tags of scalars_ point into it
  Scalars scalars_;  // kept for its memory
};

}  // namespace dltrain::training
