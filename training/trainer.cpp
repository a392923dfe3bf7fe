#include "training/trainer.h"

#include <algorithm>
#include <chrono>

#include "core/checked.h"
#include "datasets/batch_stream.h"
#include "models/loss_scale.h"
#include "models/optimizers/optimizer.h"
#include "training/averages.h"
#include "training/interrupt.h"
#include "training/not_finite.h"

namespace dltrain::training {

using datasets::Batch;
using datasets::Part;
using models::SumSet;

namespace {

// Seconds on a clock that never goes back.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

constexpr int64_t reports_per_epoch = 50;  // where the recipe does not say how often

// How many batches of an epoch may follow its first samples; nothing where all may.
std::optional<int64_t> batches_behind(const models::TrainSpec& train, int64_t first_row) {
  if (!train.limit_batches) return std::nullopt;
  return std::max<int64_t>(*train.limit_batches - divide_up(first_row, std::max<int64_t>(train.batch_size, 1)), 0);
}

int64_t batches_of_epoch(const models::TrainSpec& train, int64_t samples, int64_t first_row) {
  const int64_t batch = std::max<int64_t>(train.batch_size, 1), rest = samples - first_row;
  const int64_t all = train.drop_last ? rest / batch : divide_up(rest, batch);
  return std::min(all, batches_behind(train, first_row).value_or(all));
}

int64_t steps_of_epoch(const models::TrainSpec& train, int64_t samples, int64_t first_row) {
  return divide_up(batches_of_epoch(train, samples, first_row), train.gradient_accumulation);
}

}  // namespace

int64_t steps_per_epoch(const models::Spec& spec, int64_t samples) { return steps_of_epoch(spec.train, samples, 0); }

int64_t report_interval(const models::Spec& spec, int64_t steps_per_epoch) {
  return spec.run.log_every > 0 ? spec.run.log_every : std::max<int64_t>(1, steps_per_epoch / reports_per_epoch);
}

Trainer::Trainer(Model& model, const datasets::Dataset& data, CallbackList& callbacks, Saver* saver)
    : model_(model),
      data_(data),
      callbacks_(callbacks),
      saver_(saver),
      learning_rate_(models::make_optimizer(model.program().spec().train.optimizer)->learning_rate,
                     std::max<int64_t>(training::steps_per_epoch(model.program().spec(), data.size(Part::train)), 1)),
      steps_per_epoch_(training::steps_per_epoch(model.program().spec(), data.size(Part::train))) {
  last_wish_.keep = callbacks.keeps();
  const models::TrainSpec& train = model.program().spec().train;
  position_.batch_size = train.batch_size;
  position_.gradient_accumulation = train.gradient_accumulation;
  log_every_ = report_interval(model.program().spec(), steps_per_epoch_);
}

// Sums of an update that is begun again are forgotten; a model without accumulation does not even have them.
void Trainer::rebatch(Snapshot& snapshot) const {
  const models::TrainSpec& train = model_.program().spec().train;
  Position& at = snapshot.position;
  const bool same = at.batch_size == train.batch_size && at.gradient_accumulation == train.gradient_accumulation;
  if (at.batch_size == 0 || same) return;
  at.rebatch(train.batch_size, train.gradient_accumulation);
  const std::string sums = models::state_name::gradient("");
  std::erase_if(snapshot.states, [&](const auto& state) { return state.name.starts_with(sums); });
}

void Trainer::restore(Snapshot snapshot, const std::string& source) {
  rebatch(snapshot);
  // A run may go on in another precision, which has no loss scale.
  std::erase_if(snapshot.states, [&](const auto& state) {
    return models::is_of_loss_scale(state.name) && model_.program().states().find(state.name) == nullptr;
  });
  // Some states are made with their plans.
  model_.prepare_training(std::min<int64_t>(model_.program().spec().train.batch_size, data_.size(Part::train)));
  set_states(model_, snapshot.states, source);
  position_ = std::move(snapshot.position);
  model_.set_learning_rate(position_.learning_rate);
  remembered_ = std::move(snapshot.remembered);
  callbacks_.restore(snapshot.callbacks);
  saved_at_ = {position_.step, position_.batches};
}

bool Trainer::broken_off() const { return last_step_ && position_.step >= *last_step_; }

bool Trainer::ended() const { return failed_ || interrupted() || broken_off(); }

double Trainer::rate(int64_t step) const {
  return position_.learning_rate ? *position_.learning_rate : learning_rate_.at(step);
}

double Trainer::seconds_so_far() const { return position_.seconds + (now() - start_); }

void Trainer::emit(const Event& event) {
  const Wishes wishes = callbacks_.emit(event);
  // What is remembered at the end of an epoch are the weights that were validated, averages or not.
  for (const std::string& name : wishes.remember) remembered_[name] = copy_states(model_, true);
  if (wishes.swap_averages) swap_averages(model_);
  // As Keras' fit ends: with the averages, unless a callback puts other weights back after that.
  if (std::holds_alternative<TrainingDone>(event)) take_averages(model_);
  grant(wishes);
}

void Trainer::grant(const Wishes& wishes) {
  for (const std::string& name : wishes.restore) {
    if (const auto kept = remembered_.find(name); kept != remembered_.end()) set_states(model_, kept->second, name);
  }
  if (wishes.learning_rate) {
    position_.learning_rate = wishes.learning_rate;
    model_.set_learning_rate(wishes.learning_rate);
  }
  if (wishes.stop && position_.stopped.empty()) position_.stopped = *wishes.stop;
  for (const std::string& text : wishes.notices) callbacks_.emit(Notice{text});
  for (const Hint& hint : wishes.hints) callbacks_.emit(hint);  // before a checkpoint, whose logs hold them
  if (saver_ == nullptr || failed_) return;
  for (const std::string& path : wishes.export_weights) saver_->export_weights(model_, path);
  if (wishes.save) save(*wishes.save);
  for (const std::string& text : saver_->take_notices()) callbacks_.emit(Notice{text});
}

Snapshot Trainer::snapshot() {
  Snapshot snapshot{position_, copy_states(model_), remembered_, callbacks_.states()};
  snapshot.position.seconds = seconds_so_far();
  return snapshot;
}

void Trainer::save(const SaveWish& wish) {
  if (!check_finite()) return;
  Snapshot taken = snapshot();
  if (!check_weights(taken.states)) return;
  saver_->save(std::move(taken), callbacks_.files(), wish);
  saved_at_ = {position_.step, position_.batches};
  last_wish_ = wish;
}

void Trainer::save_start() {
  start_ = now();
  save_if_changed();
}

Outcome Trainer::fit() {
  const models::TrainSpec& train = model_.program().spec().train;
  start_ = now();
  model_.prepare_training(std::min<int64_t>(train.batch_size, data_.size(Part::train)));
  while (!ended() && (position_.epoch_started || (position_.epoch <= train.epochs && position_.stopped.empty())))
    epoch();
  if (interrupted() && !failed_) end_by_signal();
  if (outcome_.status == RunStatus::complete && !position_.stopped.empty()) {
    outcome_.status = RunStatus::stopped;
    outcome_.reason = position_.stopped;
  }
  const bool at_end =
      (outcome_.status == RunStatus::complete || outcome_.status == RunStatus::stopped) && !broken_off();
  if (at_end && !failed_) save_if_changed();
  outcome_.epoch = position_.epoch_started ? position_.epoch : position_.epoch - 1;
  outcome_.step = position_.step;
  outcome_.values = position_.values;
  if (at_end && !failed_) {
    emit(TrainingDone{outcome_.status, outcome_.epoch, outcome_.step});
  }
  outcome_.seconds = seconds_so_far();
  return outcome_;
}

void Trainer::end_by_signal() {
  outcome_.status = RunStatus::interrupted;
  outcome_.code = signal_exit_code();
  outcome_.reason = outcome_.code == ExitCode::interrupted ? "SIGINT" : "SIGTERM";
  save_if_changed();
}

void Trainer::save_if_changed() {
  if (saver_ == nullptr || saved_at_ == std::pair{position_.step, position_.batches}) return;
  SaveWish wish = last_wish_;
  wish.value.reset();
  save(wish);
}

// One epoch, or what is left of it.
void Trainer::epoch() {
  const models::TrainSpec& train = model_.program().spec().train;
  epoch_start_ = now();
  rows_before_ = position_.rows_of_epoch;
  steps_before_ = position_.step_in_epoch;
  steps_per_epoch_ = steps_of_epoch(train, data_.size(Part::train), position_.first_row);
  if (!position_.epoch_started) {
    model_.reset(SumSet::train);
    position_.epoch_started = true;
    emit(EpochStarted{position_.epoch});
  }
  train_epoch();
  if (ended()) return;
  const double training_seconds = std::max(now() - epoch_start_, 1e-9);
  const double rows = static_cast<double>(position_.rows_of_epoch - rows_before_);
  Values values = model_.results(SumSet::train);
  if (data_.size(Part::validation) > 0 && position_.epoch % train.validation_freq == 0) validate(values);
  if (interrupted()) return;
  position_.values = values;
  const EpochDone done{position_.epoch,
                       train.epochs,
                       position_.step,
                       std::move(values),
                       rate(std::max<int64_t>(position_.step - 1, 0)),
                       now() - epoch_start_,
                       rows / training_seconds};
  // Checkpoints of this moment begin with the next epoch.
  ++position_.epoch;
  position_.epoch_started = false;
  position_.first_row = position_.batches = position_.step_in_epoch = position_.rows_of_epoch = 0;
  emit(done);
}

void Trainer::train_epoch() {
  const models::Spec& spec = model_.program().spec();
  datasets::BatchStream batches(data_, {.part = Part::train,
                                        .batch_size = spec.train.batch_size,
                                        .drop_last = spec.train.drop_last,
                                        .shuffle = spec.train.shuffle,
                                        .seed = spec.seed,
                                        .epoch = position_.epoch - 1,
                                        .first_batch = position_.batches,
                                        .first_row = position_.first_row,
                                        .limit = batches_behind(spec.train, position_.first_row)});
  Batch next;
  while (position_.stopped.empty() && !ended() && batches.next(next)) batch(next);
  // The epoch ends within a step; a signal after its last batch waits for the end of the step.
  const bool all_seen = position_.batches == batches.batches();
  if (position_.micro_batch > 0 && position_.stopped.empty() && all_seen && !failed_ && !broken_off()) {
    model_.apply({position_.step, 0, rate(position_.step)});
    finish_step();
  }
  check_finite();
}

void Trainer::batch(const Batch& batch) {
  const int64_t accumulation = model_.program().spec().train.gradient_accumulation;
  const StepScalars scalars{position_.step, position_.rows_of_step, rate(position_.step)};
  position_.rows_of_epoch += batch.size;
  ++position_.batches;
  if (accumulation == 1) {
    model_.train(batch, scalars);
    finish_step();
    return;
  }
  model_.gradient(batch, scalars);
  position_.rows_of_step += batch.size;
  if (++position_.micro_batch < accumulation) return;
  model_.apply(scalars);
  finish_step();
}

void Trainer::finish_step() {
  position_.micro_batch = 0;
  position_.rows_of_step = 0;
  ++position_.step;
  ++position_.step_in_epoch;
  if (position_.step_in_epoch % log_every_ == 0 || position_.step_in_epoch == steps_per_epoch_) report_step();
  if (!failed_) emit(Stepped{position_.epoch, position_.step_in_epoch, steps_per_epoch_, position_.step});
}

void Trainer::report_step() {
  if (!check_finite()) return;
  const double seconds = std::max(now() - epoch_start_, 1e-9);
  const int64_t steps = std::max<int64_t>(position_.step_in_epoch - steps_before_, 1);
  const double left =
      seconds / static_cast<double>(steps) * static_cast<double>(steps_per_epoch_ - position_.step_in_epoch);
  emit(StepDone{position_.epoch, position_.step_in_epoch, steps_per_epoch_, position_.step, model_.loss(),
                model_.gradient_norm(), rate(position_.step - 1),
                static_cast<double>(position_.rows_of_epoch - rows_before_) / seconds, left,
                model_.results(SumSet::train)});
}

// Weights have not been touched by the bad step, nor by those after it: updates are made only where everything is
// finite.
bool Trainer::check_finite() {
  if (failed_) return false;
  const int64_t bad = model_.first_bad_step();
  if (bad < 0) return true;
  failed_ = true;
  outcome_.status = RunStatus::failed;
  outcome_.code = ExitCode::numeric;
  outcome_.reason = "the loss or a gradient is not a finite number at step " + std::to_string(bad + 1) + " (epoch " +
                    std::to_string(position_.epoch) + "); the weights are those before that step";
  explain_failure(bad);
  return false;
}

// An update can be too large for a weight though its gradient was finite. No checkpoint holds that.
bool Trainer::check_weights(const States& states) {
  const auto bad = first_not_finite_state(model_.program(), states);
  if (!bad) return true;
  failed_ = true;
  outcome_.status = RunStatus::failed;
  outcome_.code = ExitCode::numeric;
  outcome_.reason = *bad + " after step " + std::to_string(position_.step) +
                    "; the checkpoints are those before that, and these weights";
  return false;
}

// Looks for the first number that was not finite, and keeps what is needed to look again.
void Trainer::explain_failure(int64_t bad) {
  Snapshot before{position_before(position_, bad, model_.program().spec().train), copy_states(model_), remembered_,
                  callbacks_.states()};
  const auto report = find_not_finite(model_, data_, before.position, rate(bad));
  set_states(model_, before.states, "the state before the failed step");
  if (!report) return;
  outcome_.reason = report->text() + ", at step " + std::to_string(bad + 1) + " (epoch " +
                    std::to_string(position_.epoch) + "); the weights are those before that step";
  if (saver_ == nullptr) return;
  try {
    outcome_.failure_folder = saver_->save_failure(std::move(before), report->table());
  } catch (const UserError& error) {
    callbacks_.emit(Notice{std::string("warning: what would show the failure again is not saved: ") +
                           error.diagnostics().front().what});
  }
}

void Trainer::validate(Values& values) {
  const models::TrainSpec& train = model_.program().spec().train;
  const int64_t batches = divide_up(data_.size(Part::validation), train.batch_size);
  emit(ValidationStarted{position_.epoch, std::min(batches, train.limit_batches.value_or(batches))});
  for (auto& [name, value] : evaluate_part(model_, data_, Part::validation, train.batch_size, train.limit_batches))
    values.emplace_back("val_" + name, value);
}

Values evaluate_part(Model& model, const datasets::Dataset& data, Part part, int64_t batch_size,
                     std::optional<int64_t> limit) {
  model.reset(SumSet::evaluate);
  datasets::BatchStream batches(data, {.part = part, .batch_size = batch_size, .limit = limit});
  Batch batch;
  while (!interrupted() && batches.next(batch)) model.evaluate(batch);
  return model.results(SumSet::evaluate);
}

}  // namespace dltrain::training
