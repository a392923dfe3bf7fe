// What `fit` and `resume` share: everything between an opened recipe and the exit code.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/json_events.h"
#include "app/options.h"
#include "app/progress.h"
#include "app/run_result.h"
#include "core/peak_memory.h"
#include "training/batch_choice.h"
#include "training/callback_list.h"
#include "training/checkpoint/background_saver.h"
#include "training/expectations.h"
#include "training/experiment.h"
#include "training/kernel_tuning.h"
#include "training/observer.h"
#include "training/run_folder.h"
#include "training/trainer.h"
#include "training/transfer.h"

namespace dltrain::app {

// A run that begins, or one that goes on.
struct RunRequest {
  training::OpenedRecipe recipe;
  std::string folder;                  // of the run; empty: the next free one
  std::optional<training::RunFolder>
      opened;  // of a run that goes on; before its checkpoint was chosen, so that nobody else goes on
  std::optional<models::Spec> before;  // of a run that goes on: its recipe so far
  std::string checkpoint;              // where it goes on; empty: at the start
  FitOptions options;                  // the weights to begin with
};

class TrainingSession {
 public:
  // Checks everything that can be checked before the first batch.
  TrainingSession(RunRequest request, const CommonOptions& common);
  ExitCode run();
  // Of a run that is over.
  const RunResult& result() const { return result_; }

 private:
  training::Model make_model();
  void settle_batch(backends::Backend& backend);
  void settle_kernels();
  std::optional<training::KeptKernels> known_kernels() const;
  int64_t steps_per_epoch() const;
  training::CallbackContext context(const std::string& folder);
  training::RunFolder make_folder();
  training::Surroundings surroundings();
  void prepare_model();
  void begin_with_given_weights();
  void go_on(training::Trainer& trainer, const training::Surroundings& here);
  void refuse_fewer_epochs(const training::Position& at) const;
  void check_room() const;
  training::Values test();
  int64_t memory_held() const;
  // Nothing for a run that has not come to its end.
  std::vector<training::Verdict> judge(const training::Outcome& outcome, const training::Values& test) const;
  // Every bound as open, for the reports of several runs.
  std::vector<training::Verdict> not_judged(const training::Outcome& outcome) const;
  ExitCode train();
  ExitCode finish(training::Outcome outcome);
  void print_end(const training::Outcome& outcome, const training::Values& test, const std::string& model_folder) const;
  void fail(const std::string& reason);
  bool talks() const { return !common_.quiet && !common_.json; }

  const int64_t peak_before_ = peak_memory();  // of the process, which may have made other runs
  const CommonOptions& common_;
  RunRequest request_;
  const models::Spec& spec_;
  std::unique_ptr<datasets::Dataset> data_;
  std::optional<training::BatchChoice> batch_choice_;  // where the recipe leaves the batch open
  training::Model model_;
  training::Observer observer_{model_, *data_};
  std::optional<training::KernelTuning> tuning_;       // where the recipe wants kernels to be timed
  std::optional<training::Transfer> given_;  // weights of --init-from; checked before a folder is made
  std::optional<training::Expectations> expectations_;  // checked before a folder is made
  training::RunFolder folder_;
  training::CallbackList callbacks_;
  Progress progress_;
  JsonEvents json_;
  bool begun_ = false;  // the folder says "running"
  RunResult result_;
};

}  // namespace dltrain::app
