// The training loop. It emits events to callbacks and grants their wishes; nothing else reaches into it. It can begin
// anywhere: a run that goes on from a snapshot makes the same steps as one that was never interrupted.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/exit_code.h"
#include "datasets/dataset.h"
#include "models/schedules/schedule.h"
#include "training/callback_list.h"
#include "training/model.h"
#include "training/position.h"
#include "training/snapshot.h"

namespace dltrain::training {

struct Outcome {
  RunStatus status = RunStatus::complete;
  ExitCode code = ExitCode::ok;
  std::string reason;
  int64_t epoch = 0;  // the last one begun, from 1
  int64_t step = 0;
  double seconds = 0;
  Values values;      // of the last complete epoch
  std::string failure_folder;  // what shows a failed step again; empty where there is none
};

class Trainer {
 public:
  // Everything given outlives the trainer. Without a saver, wishes to save are not granted.
  Trainer(Model& model, const datasets::Dataset& data, CallbackList& callbacks, Saver* saver = nullptr);

  // Goes on from there. The callbacks' states are restored too; what the model holds is replaced.
  void restore(Snapshot snapshot, const std::string& source);
  // A checkpoint before the first step; nothing where the run goes on.
  void save_start();
  // Breaks training off when this many optimizer steps are done, as if it went on.
  void stop_after(int64_t step) { last_step_ = step; }
  // Trains spec.train.epochs epochs, unless a callback, a signal or a number that is not finite ends it. A signal
  // saves.
  Outcome fit();

  const Position& position() const { return position_; }
  // All of it, at this moment between two steps.
  Snapshot snapshot();

 private:
  void rebatch(Snapshot& snapshot) const;
  void emit(const Event& event);
  void grant(const Wishes& wishes);
  void save(const SaveWish& wish);
  void save_if_changed();
  void epoch();
  void train_epoch();
  void validate(Values& values);
  void batch(const datasets::Batch& batch);
  void finish_step();
  void report_step();
  bool check_finite();
  bool check_weights(const States& states);
  void explain_failure(int64_t bad);
  bool ended() const;
  bool broken_off() const;
  double rate(int64_t step) const;
  void end_by_signal();
  double seconds_so_far() const;

  Model& model_;
  const datasets::Dataset& data_;
  CallbackList& callbacks_;
  Saver* saver_;
  models::LearningRate learning_rate_;
  int64_t steps_per_epoch_;  // of the one under way; what went before with another batch does not count
  int64_t log_every_;
  Position position_;
  std::map<std::string, States> remembered_;
  Outcome outcome_;
  bool failed_ = false;
  std::optional<int64_t> last_step_;
  std::optional<std::pair<int64_t, int64_t>> saved_at_;  // step and batches of the last checkpoint
  SaveWish last_wish_;
  double start_ = 0;             // on the clock
  double epoch_start_ = 0;
  int64_t rows_before_ = 0;      // of the epoch, in an earlier process
  int64_t steps_before_ = 0;
};

// Evaluates a part in inference, all of it or the first `limit` batches; values as Keras names them, without "val_". Stops early, with what it has, when
// the process is interrupted.
Values evaluate_part(Model& model, const datasets::Dataset& data, datasets::Part part, int64_t batch_size,
                     std::optional<int64_t> limit = std::nullopt);

// Optimizer steps in one epoch.
int64_t steps_per_epoch(const models::Spec& spec, int64_t samples);
// Steps from one report of a run to the next.
int64_t report_interval(const models::Spec& spec, int64_t steps_per_epoch);

}  // namespace dltrain::training
