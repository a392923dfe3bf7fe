// What happens in a run, as values. Everything that people or programs see of a run is made from these: progress bar,
// history files, JSON lines. Names of metrics are Keras'.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dltrain::training {

using Values = std::vector<std::pair<std::string, double>>;  // in the order in which they are shown

struct RunStarted {
  std::string folder;
  int64_t epochs, steps_per_epoch, batch_size;
  int64_t train_samples, validation_samples, test_samples;
};

struct EpochStarted {
  int64_t epoch;  // from 1
};

// After an optimizer step, at the interval of the run. `values` are means since the start of the epoch.
struct StepDone {
  int64_t epoch, step_in_epoch, steps_per_epoch;
  int64_t step;  // optimizer steps done since the start of the run
  double loss;   // of this step alone
  double learning_rate;
  double samples_per_second;
  double seconds_left;  // of this epoch
  Values values;
};

struct ValidationStarted {
  int64_t epoch;
  int64_t batches;
};

struct EpochDone {
  int64_t epoch, epochs, step;
  Values values;  // loss, metrics, then val_loss, val_... where there was a validation
  double learning_rate;
  double seconds;             // training and validation
  double samples_per_second;  // training
};

enum class RunStatus { complete, stopped, interrupted, failed };
std::string_view status_text(RunStatus status);

struct RunDone {
  RunStatus status;
  std::string reason;  // empty if complete
  int64_t epoch, step;
  double seconds;
  Values test_values;  // where the data has a test part
  std::string model_folder;
};

// Something to say that is not an error.
struct Notice {
  std::string text;
};

using Event = std::variant<RunStarted, EpochStarted, StepDone, ValidationStarted, EpochDone, RunDone, Notice>;

}  // namespace dltrain::training
