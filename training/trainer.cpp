#include "training/trainer.h"

#include <algorithm>
#include <chrono>

#include "core/checked.h"
#include "datasets/batch_stream.h"
#include "models/optimizers/optimizer.h"
#include "training/interrupt.h"

namespace dltrain::training {

using datasets::Batch;
using datasets::Part;
using models::SumSet;

namespace {

// Seconds on a clock that never goes back.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

constexpr int64_t reports_per_epoch = 50;  // where the recipe does not say how often

}  // namespace

int64_t steps_per_epoch(const models::Spec& spec, int64_t samples) {
  const int64_t batch = std::max<int64_t>(spec.train.batch_size, 1);
  const int64_t batches = spec.train.drop_last ? samples / batch : divide_up(samples, batch);
  return divide_up(batches, spec.train.gradient_accumulation);
}

Trainer::Trainer(Model& model, const datasets::Dataset& data, std::vector<Callback*> callbacks)
    : model_(model),
      data_(data),
      callbacks_(std::move(callbacks)),
      learning_rate_(models::make_optimizer(model.program().spec().train.optimizer)->learning_rate,
                     std::max<int64_t>(training::steps_per_epoch(model.program().spec(), data.size(Part::train)), 1)),
      steps_per_epoch_(training::steps_per_epoch(model.program().spec(), data.size(Part::train))) {
  const int64_t wanted = model.program().spec().run.log_every;
  log_every_ = wanted > 0 ? wanted : std::max<int64_t>(1, steps_per_epoch_ / reports_per_epoch);
}

void Trainer::emit(const Event& event) {
  Wishes wishes;
  for (Callback* callback : callbacks_) callback->on(event, wishes);
  if (!wishes.stop || stop_) return;
  stop_ = true;
  outcome_.status = RunStatus::stopped;
  outcome_.reason = *wishes.stop;
}

Outcome Trainer::fit() {
  const models::TrainSpec& train = model_.program().spec().train;
  const double start = now();
  model_.prepare_training(std::min(train.batch_size, data_.size(Part::train)));
  for (int64_t epoch = 1; epoch <= train.epochs && !stop_; ++epoch) {
    outcome_.epoch = epoch;
    epoch_start_ = now();
    emit(EpochStarted{epoch});
    train_epoch();
    if (stop_ && outcome_.status != RunStatus::stopped) break;
    const double training_seconds = now() - epoch_start_;
    Values values = model_.results(SumSet::train);
    if (data_.size(Part::validation) > 0 && epoch % train.validation_freq == 0) validate(values);
    if (interrupted()) break;
    outcome_.values = values;
    emit(EpochDone{epoch, train.epochs, outcome_.step, values, learning_rate_.at(std::max<int64_t>(outcome_.step - 1, 0)), now() - epoch_start_,
                   static_cast<double>(rows_of_epoch_) / std::max(training_seconds, 1e-9)});
  }
  if (interrupted()) {
    outcome_.status = RunStatus::interrupted;
    outcome_.code = signal_exit_code();
    outcome_.reason = outcome_.code == ExitCode::interrupted ? "SIGINT" : "SIGTERM";
  }
  outcome_.seconds = now() - start;
  return outcome_;
}

void Trainer::train_epoch() {
  const models::Spec& spec = model_.program().spec();
  model_.reset(SumSet::train);
  step_in_epoch_ = 0;
  rows_of_epoch_ = 0;
  datasets::BatchStream batches(data_, {.part = Part::train,
                                        .batch_size = spec.train.batch_size,
                                        .drop_last = spec.train.drop_last,
                                        .shuffle = spec.train.shuffle,
                                        .seed = spec.seed,
                                        .epoch = outcome_.epoch - 1});
  Batch batch;
  while (!stop_ && !interrupted() && batches.next(batch)) step(batch);
  if (micro_batch_ > 0 && !stop_ && !interrupted()) {  // the epoch ends within a step
    model_.apply({outcome_.step, 0, learning_rate_.at(outcome_.step)});
    finish_step();
  }
  check_finite();
}

void Trainer::step(const Batch& batch) {
  const int64_t accumulation = model_.program().spec().train.gradient_accumulation;
  const StepScalars scalars{outcome_.step, rows_of_step_, learning_rate_.at(outcome_.step)};
  rows_of_epoch_ += batch.size;
  if (accumulation == 1) {
    model_.train(batch, scalars);
    finish_step();
    return;
  }
  model_.gradient(batch, scalars);
  rows_of_step_ += batch.size;
  if (++micro_batch_ < accumulation) return;
  model_.apply(scalars);
  finish_step();
}

void Trainer::finish_step() {
  micro_batch_ = 0;
  rows_of_step_ = 0;
  ++outcome_.step;
  ++step_in_epoch_;
  if (step_in_epoch_ % log_every_ == 0 || step_in_epoch_ == steps_per_epoch_) report_step();
}

void Trainer::report_step() {
  if (!check_finite()) return;
  const double seconds = std::max(now() - epoch_start_, 1e-9);
  const double left = seconds / static_cast<double>(step_in_epoch_) * static_cast<double>(steps_per_epoch_ - step_in_epoch_);
  emit(StepDone{outcome_.epoch, step_in_epoch_, steps_per_epoch_, outcome_.step, model_.loss(), learning_rate_.at(outcome_.step - 1),
                static_cast<double>(rows_of_epoch_) / seconds, left, model_.results(SumSet::train)});
}

// Weights have not been touched by the bad step: the update is made only where everything is finite.
bool Trainer::check_finite() {
  if (stop_) return false;
  const int64_t bad = model_.first_bad_step();
  if (bad < 0) return true;
  stop_ = true;
  outcome_.status = RunStatus::failed;
  outcome_.code = ExitCode::numeric;
  outcome_.reason = "the loss or a gradient is not a finite number at step " + std::to_string(bad + 1) + " (epoch " +
                    std::to_string(outcome_.epoch) + "); the weights are those before that step";
  return false;
}

void Trainer::validate(Values& values) {
  const int64_t batch = model_.program().spec().train.batch_size;
  emit(ValidationStarted{outcome_.epoch, divide_up(data_.size(Part::validation), batch)});
  for (auto& [name, value] : evaluate_part(model_, data_, Part::validation, batch)) values.emplace_back("val_" + name, value);
}

Values evaluate_part(Model& model, const datasets::Dataset& data, Part part, int64_t batch_size) {
  model.reset(SumSet::evaluate);
  datasets::BatchStream batches(data, {.part = part, .batch_size = batch_size});
  Batch batch;
  while (!interrupted() && batches.next(batch)) model.evaluate(batch);
  return model.results(SumSet::evaluate);
}

}  // namespace dltrain::training
