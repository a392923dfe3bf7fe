// A model on a device: program, session, plans. What training, evaluation and prediction drive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backends/session.h"
#include "core/array.h"
#include "datasets/dataset.h"
#include "models/id_limits.h"
#include "models/program.h"
#include "training/memory_use.h"

namespace dltrain::training {

// The numbers of one optimizer step that the host sets.
struct StepScalars {
  int64_t step = 0;           // optimizer steps done
  int64_t sample_offset = 0;  // rows of this step before this micro-batch
  double learning_rate = 0;
};

// What a plan is for: a whole training step, one micro-batch of it, its update, and what Program calls so.
enum class PlanKind {
  train,
  gradient,
  apply,
  evaluate,
  predict
};

struct PlanOf {
  PlanKind kind;
  int64_t batch;  // 0 for updates
  bool operator==(const PlanOf&) const = default;
};

class Model {
 public:
  Model(models::Program program, std::unique_ptr<backends::Backend> backend);

  // All that take a batch throw UserError (data) for numbers that no layer knows (training/check_ids.h).

  models::Program& program() { return program_; }
  const models::Program& program() const { return program_; }
  backends::Session& session() { return session_; }
  const backends::Session& session() const { return session_; }

  // First values of all weights, from the spec's seed.
  void initialize();

  // One micro-batch and the update together; only where gradient_accumulation is 1. Returns without waiting.
  void train(const datasets::Batch& batch, const StepScalars& scalars);
  // The parts, for gradient accumulation.
  void gradient(const datasets::Batch& batch, const StepScalars& scalars);
  void apply(const StepScalars& scalars);
  // One micro-batch of a step (train, or gradient with accumulation), or the update after accumulation, kernel by
  // kernel until one gives a number that is not finite.
  std::optional<backends::Session::NotFinite> train_until_not_finite(const datasets::Batch& batch,
                                                                     const StepScalars& scalars);
  std::optional<backends::Session::NotFinite> apply_until_not_finite(const StepScalars& scalars);
  // One run of a plan, kernel by kernel: the seconds that each took, in the order of prepare(kind, batch).steps. `apply`
  // reads no batch.
  std::vector<double> run_timed(PlanKind kind, const datasets::Batch& batch, const StepScalars& scalars);
  // Compiles the plan if it is not there. The reference lasts until another plan is made.
  const backends::Plan& prepare(PlanKind kind, int64_t batch);
  // The loss of the last train or gradient; waits for it. Not a number where there was none since the model was made.
  double loss();
  // The norm of all gradients together in the last train or apply, before clipping; waits for it.
  double gradient_norm();
  void evaluate(const datasets::Batch& batch);
  // Outputs in the order of the spec, each [batch, ...]. Only the inputs of the batch are read.
  std::vector<Array> predict(const datasets::Batch& batch);

  // What flows into a layer for a batch, in inference: for layers that adapt.
  Array input_of_layer(const std::string& layer, const datasets::Batch& batch);

  // The learning rate that a callback has set, as files of weights are to say it; none: the optimizer's own.
  void set_learning_rate(std::optional<double> rate) { learning_rate_ = rate; }
  std::optional<double> learning_rate() const { return learning_rate_; }

  // Means and metrics since the last reset, in the order of Program::tracked, with Keras' names. Behind those of training
  // in float16 "loss_scale" and "skipped_steps", as they are now.
  std::vector<std::pair<std::string, double>> results(models::SumSet set);
  void reset(models::SumSet set);
  // 0-based optimizer step at which a loss or gradient was not finite, or -1.
  int64_t first_bad_step();

  // Compiles the plans that training with this batch size needs, so that memory is known and errors come now.
  void prepare_training(int64_t batch);
  void prepare_evaluation(int64_t batch);
  // All plans of a run with parts of these sizes; the training plan of full batches is the last (training_plan()). Sizes
  // that are not known yet are 0: full batches only.
  void prepare_run(int64_t train_samples, int64_t validation_samples);
  // The plans that these make, each once: full batches of training first.
  std::vector<PlanOf> plans_of_run(int64_t train_samples, int64_t validation_samples) const;
  // What plans are to use that are made from now on.
  void use_kernels(backends::KernelChoices choices) { kernels_ = std::move(choices); }
  const backends::KernelChoices& kernels() const { return kernels_; }
  // Plans without choices, for timing kernels on their shapes: neither kept nor run.
  std::vector<std::unique_ptr<backends::Plan>> trial_plans(const std::vector<PlanOf>& plans);
  MemoryUse memory() const;
  // The plan that runs training steps of full batches, once prepared.
  const backends::Plan& training_plan() const;
  // What plans of a kind are compiled with.
  backends::PlanOptions plan_options(PlanKind kind) const;

 private:
  friend class Observer;
  graph::Graph graph_of(PlanKind kind, int64_t batch);
  int plan(PlanKind kind, int64_t batch);
  std::unique_ptr<backends::Plan> compile(PlanKind kind, int64_t batch, const backends::PlanOptions& options);
  // The batch as plans are fed with it, until the next call. Kept from step to step, so that nothing is allocated.
  backends::Feed& feed(const datasets::Batch& batch, bool targets);
  static void set_scalars(backends::Feed& feed, const StepScalars& scalars, uint64_t seed);

  models::Program program_;
  std::vector<models::IdLimit> id_limits_;
  graph::RecomputeWish recompute_;
  backends::KernelChoices kernels_;
  backends::Session session_;
  backends::Feed fed_;
  std::vector<std::string> target_names_;  // of the plans' inputs
  std::map<std::pair<PlanKind, int64_t>, int> plans_;
  std::map<std::pair<std::string, int64_t>, int> layer_plans_;
  int last_plan_ = -1, update_plan_ = -1;
  std::optional<double> learning_rate_;
  std::optional<double> loss_before_update_;  // of the gradients that were applied since
  int training_plan_ = -1;
  int64_t training_batch_ = 0;  // of that plan
  int64_t training_samples_ = 0;  // of an epoch; 0: not known
};

}  // namespace dltrain::training
