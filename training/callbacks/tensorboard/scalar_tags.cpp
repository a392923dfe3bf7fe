#include "training/callbacks/tensorboard/scalar_tags.h"

#include <algorithm>
#include <cmath>

#include "core/peak_memory.h"
#include "training/observer.h"

namespace dltrain::training {

void LoggedValue::note(double value) {
  if (!std::isfinite(value)) return;
  if (!best || (increases ? value > *best : value < *best)) best = value;
}

int64_t record_bytes(const Scalars& scalars) {
  constexpr int64_t frame = 16;  // length and two checksums
  if (scalars.empty()) return 0;
  std::vector<std::byte> payload;
  formats::encode_scalars(1.7e9, 1000, scalars, payload);
  return frame + static_cast<int64_t>(payload.size());
}

LoggedValue& ScalarTags::value(const std::string& name) {
  const auto found = std::find_if(values_.begin(), values_.end(), [&](const LoggedValue& v) { return v.name == name; });
  if (found != values_.end()) return *found;
  LoggedValue value;
  value.name = name;
  value.increases = observer_ != nullptr && observer_->increases(name);
  value.validation = name.starts_with("val_");
  const std::string plain = value.validation ? name.substr(4) : name;
  value.epoch_tag = "epoch_" + plain;
  value.batch_tag = value.validation ? "evaluation_" + plain + "_vs_iterations" : "batch_" + plain;
  values_.push_back(std::move(value));
  return values_.back();
}

const Scalars& ScalarTags::of_step(const StepDone& done) {
  scalars_.clear();
  scalars_.push_back({"step_loss", done.loss});
  scalars_.push_back({"step_gradient_norm", done.gradient_norm});
  for (const auto& [name, number] : done.values) scalars_.push_back({value(name).batch_tag, number});
  scalars_.push_back({"batch_learning_rate", done.learning_rate});
  scalars_.push_back({"system/samples_per_second", done.samples_per_second});
  scalars_.push_back({"system/peak_memory_mib", static_cast<double>(peak_memory()) / (1 << 20)});
  return scalars_;
}

const Scalars& ScalarTags::of_epoch(const EpochDone& done, std::optional<double> gradient_norm) {
  scalars_.clear();
  for (const auto& [name, number] : done.values) {
    const LoggedValue& logged = value(name);
    if (!logged.validation) scalars_.push_back({logged.epoch_tag, number});
  }
  scalars_.push_back({"epoch_learning_rate", done.learning_rate});
  if (gradient_norm) scalars_.push_back({"epoch_gradient_norm", *gradient_norm});
  scalars_.push_back({"system/epoch_seconds", done.seconds});
  scalars_.push_back({"system/epoch_samples_per_second", done.samples_per_second});
  return scalars_;
}

const Scalars& ScalarTags::of_validation(const EpochDone& done, std::string LoggedValue::* tag) {
  scalars_.clear();
  for (const auto& [name, number] : done.values) {
    const LoggedValue& logged = value(name);
    if (logged.validation) scalars_.push_back({logged.*tag, number});
  }
  return scalars_;
}

}  // namespace dltrain::training
