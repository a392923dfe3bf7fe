// What happens in a run, as values. Everything that people or programs see of a run is made from these: progress bar,
// history files, TensorBoard, JSON lines. Names of metrics are Keras'. Steps are optimizer steps since the start of the
// run, whether it was interrupted in between or not.
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
  int64_t step = 0;  // done before, in a run that goes on
};

// Not emitted a second time when a run goes on within an epoch.
struct EpochStarted {
  int64_t epoch;  // from 1
};

// After each optimizer step. Nothing has been computed for it: whoever wants numbers waits for StepDone.
struct Stepped {
  int64_t epoch, step_in_epoch, steps_per_epoch;
  int64_t step;
};

// After an optimizer step, at the interval of the run. `values` are means since the start of the epoch.
struct StepDone {
  int64_t epoch, step_in_epoch, steps_per_epoch;
  int64_t step;
  double loss;  // of this step alone; of its last batch where gradients are accumulated
  double gradient_norm;  // of this step, before clipping
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
  double seconds;  // training and validation
  double samples_per_second;  // training
};

enum class RunStatus {
  complete,
  stopped,
  interrupted,
  failed
};
std::string_view status_text(RunStatus status);

// No step follows: what is wished now is the last that changes the weights. Not emitted where a run will go on.
struct TrainingDone {
  RunStatus status;
  int64_t epoch, step;
};

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

// What looks wrong with the learning, and what to do about it (docs/hints). After epoch one and at the end.
struct Hint {
  std::string code;  // stable, the name of its page: "dead-relu"
  std::string who;  // where: `layer "hidden" (Dense)`
  std::string what;  // one clause with the numbers seen
  std::string help;  // what to change
  int64_t epoch = 0, step = 0;  // when
  bool warned = false;  // said as a warning before training, so that people need not read it again

  // One line: "hint[dead-relu]: layer \"hidden\" (Dense): ...; ... (dltrain explain dead-relu)".
  std::string text() const;
  bool operator==(const Hint&) const = default;
};

using Event = std::variant<RunStarted, EpochStarted, Stepped, StepDone, ValidationStarted, EpochDone, TrainingDone,
                           RunDone, Notice, Hint>;

// The value of that name, if the event has it.
const double* find_value(const Values& values, std::string_view name);

}  // namespace dltrain::training
