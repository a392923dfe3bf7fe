// The training loop. It emits events to callbacks and grants their wishes; nothing else reaches into it.
#pragma once

#include <memory>
#include <vector>

#include "core/exit_code.h"
#include "datasets/dataset.h"
#include "models/schedules/schedule.h"
#include "training/callback.h"
#include "training/model.h"

namespace dltrain::training {

struct Outcome {
  RunStatus status = RunStatus::complete;
  ExitCode code = ExitCode::ok;
  std::string reason;
  int64_t epoch = 0;  // the last one begun, from 1
  int64_t step = 0;
  double seconds = 0;
  Values values;      // of the last complete epoch
};

class Trainer {
 public:
  // Everything given outlives the trainer.
  Trainer(Model& model, const datasets::Dataset& data, std::vector<Callback*> callbacks);

  // Trains spec.train.epochs epochs, unless a callback, a signal or a number that is not finite ends it.
  Outcome fit();

 private:
  void emit(const Event& event);
  void train_epoch();
  void validate(Values& values);
  void step(const datasets::Batch& batch);
  void finish_step();
  void report_step();
  bool check_finite();

  Model& model_;
  const datasets::Dataset& data_;
  std::vector<Callback*> callbacks_;
  models::LearningRate learning_rate_;
  int64_t steps_per_epoch_;
  int64_t log_every_;
  Outcome outcome_;
  bool stop_ = false;
  int64_t step_in_epoch_ = 0;
  int64_t micro_batch_ = 0;     // of the current step
  int64_t rows_of_step_ = 0;
  int64_t rows_of_epoch_ = 0;
  double epoch_start_ = 0;
};

// Evaluates all of a part in inference; values as Keras names them, without "val_". Stops early, with what it has, when the
// process is interrupted.
Values evaluate_part(Model& model, const datasets::Dataset& data, datasets::Part part, int64_t batch_size);

// Optimizer steps in one epoch.
int64_t steps_per_epoch(const models::Spec& spec, int64_t samples);

}  // namespace dltrain::training
