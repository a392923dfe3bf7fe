#include "app/training_session.h"

#include <algorithm>
#include <cstdio>

#include "app/experiment.h"
#include "app/initial_weights.h"
#include "app/messages.h"
#include "app/room.h"
#include "app/summary.h"
#include "app/verdicts.h"
#include "core/checked.h"
#include "core/files.h"
#include "core/text.h"
#include "core/version.h"
#include "formats/json/json.h"
#include "models/recipe/canonical.h"
#include "models/recipe/difference.h"
#include "training/adapt.h"
#include "training/check_ids.h"
#include "training/checkpoint/store.h"
#include "training/device.h"
#include "training/fingerprint.h"
#include "training/interrupt.h"
#include "training/model_folder.h"
#include "training/recompute_report.h"
#include "training/state_table.h"
#include "training/weights.h"

namespace dltrain::app {

using datasets::Part;
using training::Outcome;
using training::RunStatus;

namespace {

void print_header(const models::Spec& spec, const datasets::Dataset& data, training::Model& model,
                  const std::optional<training::BatchChoice>& batch,
                  const std::optional<training::KernelTuning>& tuning, const std::string& folder) {
  const backends::DeviceInfo& device = model.session().backend().device();
  std::fprintf(stderr, "%s  (seed %lu)\n", spec.name.c_str(), static_cast<unsigned long>(spec.seed));
  const size_t width = terminal_width();
  std::fprintf(stderr, "data\n%s", wrapped(data_text(data), width, 14).c_str());
  std::fprintf(stderr, "model\n%s", model_text(model.program()).c_str());
  std::fprintf(stderr, "memory  %s\n", wrapped(memory_text(model.memory()), width - 8, 8).c_str());
  const std::string again = training::recompute_text(spec, model.training_plan());
  if (!again.empty()) std::fprintf(stderr, "again   %s\n", wrapped(again, width - 8, 8).c_str());
  if (batch) std::fprintf(stderr, "batch   %s\n", wrapped(batch->text(), width - 8, 8).c_str());
  if (tuning) std::fprintf(stderr, "kernels %s\n", wrapped(tuning->text(), width - 8, 8).c_str());
  std::fprintf(stderr, "device  %s: %s\n", device.name.c_str(), device.description.c_str());
  std::fprintf(stderr, "run     %s\n\n", folder.c_str());
}

// Whether a choice of an earlier process is what the run goes on with.
bool was_chosen(const Table& choice, const models::TrainSpec& train) {
  return !choice.empty() && training::count_at(choice, "batch_size") == train.batch_size &&
         training::count_at(choice, "gradient_accumulation") == train.gradient_accumulation;
}

std::unique_ptr<datasets::Dataset> open_checked_data(const models::Spec& spec) {
  auto data = open_data(spec);
  training::check_all_ids(models::id_limits(spec.model), *data);
  return data;
}

}  // namespace

TrainingSession::TrainingSession(RunRequest request, const CommonOptions& common)
    : common_(common),
      request_(std::move(request)),
      spec_(request_.recipe.spec),
      data_(open_checked_data(spec_)),
      model_(make_model()),
      folder_(make_folder()),
      callbacks_(context(folder_.path())) {
  callbacks_.keep("Expectations", *expectations_);
  if (common_.json) callbacks_.add(json_);
  else if (!common_.quiet) callbacks_.add(progress_);
}

training::Model TrainingSession::make_model() {
  auto backend = training::open_device(spec_.run);
  settle_batch(*backend);
  return {open_program(spec_, data_->signature()), std::move(backend)};
}

// A run that goes on keeps the batch that it began with, so that every bit stays what it would have been.
void TrainingSession::settle_batch(backends::Backend& backend) {
  models::Spec& spec = request_.recipe.spec;
  if (request_.before && training::keeps_batch(request_.before->train, spec.train)) {
    spec.train = training::with_batch_of(request_.before->train, std::move(spec.train));
    return;
  }
  batch_choice_ = app::settle_batch(spec, data_->signature(), backend);
}

int64_t TrainingSession::steps_per_epoch() const { return training::steps_per_epoch(spec_, data_->size(Part::train)); }

training::CallbackContext TrainingSession::context(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& [name, value] : model_.results(models::SumSet::train)) names.push_back(name);
  return {spec_,
          folder,
          request_.recipe.text,
          training::value_names(names, training::validates(spec_.train, data_->size(Part::validation))),
          steps_per_epoch(),
          &observer_};
}

// What is wrong with the callbacks or the weights to begin with is found before a folder is made.
training::RunFolder TrainingSession::make_folder() {
  training::CallbackList{context("")};
  if (request_.checkpoint.empty() && !request_.options.init_from.empty())
    given_ = planned_weights(model_, request_.options);
  expectations_.emplace(model_.program(), data_.get(), request_.options.fast);
  if (request_.opened) return std::move(*request_.opened);
  return training::RunFolder::create(spec_, request_.folder, request_.recipe.text, models::canonical_toml(spec_));
}

training::Surroundings TrainingSession::surroundings() {
  const backends::DeviceInfo& device = model_.session().backend().device();
  return {version_and_build(), absolute_path(spec_.recipe_path), device.name, device.description,
          training::data_fingerprint(*data_)};
}

void TrainingSession::prepare_model() {
  model_.initialize();
  if (request_.checkpoint.empty()) {
    if (given_) begin_with_given_weights();
    else if (!spec_.model.weights.empty()) training::load_weights(model_, training::starting_weights(spec_));
    else training::adapt_layers(model_, *data_);
  }
  settle_kernels();
  model_.prepare_run(data_->size(Part::train), data_->size(Part::validation));
  Diagnostics warnings;
  training::warn_of_recompute(spec_, model_.training_plan(), warnings);
  print_warnings(warnings);
}

// A run that goes on keeps the kernels that it began with; a new one takes those of an earlier run of the recipe.
std::optional<training::KeptKernels> TrainingSession::known_kernels() const {
  if (!request_.checkpoint.empty()) {
    if (auto kept = training::kernels_of_checkpoint(request_.checkpoint)) return kept;
  }
  if (auto kept = training::kernels_of_run(folder_.path())) return kept;
  return training::kernels_of_earlier_run(join_path(spec_.run.directory, spec_.name),
                                          model_.session().backend().device().description);
}

void TrainingSession::settle_kernels() {
  if (!spec_.run.tune) return;
  tuning_ = training::tune_kernels(model_, model_.plans_of_run(data_->size(Part::train), data_->size(Part::validation)),
                                   known_kernels());
  if (tuning_->report.kinds > 0) training::write_kernels(folder_.path(), model_.kernels());
}

void TrainingSession::begin_with_given_weights() {
  training::apply_transfer(model_, *given_);
  given_->values.clear();  // they are in the model now
  training::adapt_layers(model_, *data_, [&](const std::string& layer) { return given_->takes(layer); });
  folder_.record().initial_weights = absolute_path(request_.options.init_from);
  if (talks())
    std::fprintf(stderr, "initial weights: %s\n%s", transfer_line(*given_).c_str(), transfer_table(*given_).c_str());
}

void TrainingSession::refuse_fewer_epochs(const training::Position& at) const {
  const int64_t begun = at.epoch_started ? at.epoch : at.epoch - 1, wanted = spec_.train.epochs;
  if (begun <= wanted) return;
  throw UserError(
      ExitCode::recipe, "nothing-left", folder_.path(),
      "the run has come to epoch " + std::to_string(begun) + ", and is to end after " + counted(wanted, "epoch"),
      "write --epochs " + std::to_string(begun) + " or more");
}

// Says what has changed since, and whether the run is still the one it would have been.
void TrainingSession::go_on(training::Trainer& trainer, const training::Surroundings& here) {
  trainer.restore(training::read_checkpoint(request_.checkpoint, model_.program()), request_.checkpoint);
  refuse_fewer_epochs(trainer.position());
  std::vector<std::string> changes = training::differences(folder_.record().surroundings, here);
  for (const std::string& line : models::differences(*request_.before, spec_)) changes.push_back("recipe: " + line);
  if (tuning_ && tuning_->again()) changes.emplace_back("kernels were chosen again by timing");
  if (!changes.empty()) folder_.write_resolved(models::canonical_toml(spec_));
  if (!talks()) return;
  const training::Position& at = trainer.position();
  std::fprintf(stderr, "goes on after step %ld (epoch %ld of %ld) from %s\n", static_cast<long>(at.step),
               static_cast<long>(at.epoch_started ? at.epoch : at.epoch - 1), static_cast<long>(spec_.train.epochs),
               request_.checkpoint.c_str());
  for (const std::string& change : changes) std::fprintf(stderr, "  changed: %s\n", change.c_str());
  if (at.first_row > 0) {
    std::fprintf(stderr, "  the samples of epoch %ld behind the first %s follow in batches of %ld\n",
                 static_cast<long>(at.epoch), count_text(at.first_row).c_str(), static_cast<long>(at.batch_size));
  }
  std::erase_if(changes, [](const std::string& change) {
    // More of the same, and the same numbers computed once more.
    return change.starts_with("recipe: train.epochs:") || change.starts_with("recipe: train.recompute:");
  });
  std::fprintf(stderr, "  %s\n",
               changes.empty()
                   ? "the result is bit for bit that of a run without interruption"
                   : "the state is the same; the result is not bit for bit that of a run without interruption");
}

void TrainingSession::check_room() const {
  check_room_in_memory(folder_.path(), model_.memory().saving());
  folder_.check_places();
  const auto there = static_cast<int64_t>(training::list_checkpoints(folder_.path()).size());
  check_room_on_disk(folder_.path(), model_.memory().saving(), checkpoints_kept(callbacks_) - there);
}

ExitCode TrainingSession::run() {
  try {
    return train();
  } catch (const UserError& error) {
    fail(error.diagnostics().front().what);
    throw;
  }
}

// Best effort: what led here is the error to report. A run that could not go on is what it was.
void TrainingSession::fail(const std::string& reason) {
  if (request_.opened && !begun_) return;
  folder_.record().status = "failed";
  folder_.record().reason = reason;
  try {
    folder_.write();
  } catch (const UserError&) {
    return;
  }
}

ExitCode TrainingSession::train() {
  prepare_model();
  const training::Surroundings here = surroundings();
  training::BackgroundSaver saver(
      model_.program(), folder_.path(),
      {models::canonical_toml(spec_),
       formats::json_text(training::contract_table(data_->contract(), here.recipe), 2) + "\n", here,
       training::choices_table(model_.kernels())});
  training::Trainer trainer(model_, *data_, callbacks_, &saver);
  check_room();
  if (talks()) print_header(spec_, *data_, model_, batch_choice_, tuning_, folder_.path());
  if (!request_.checkpoint.empty()) go_on(trainer, here);
  training::end_cleanly();
  training::RunRecord& record = folder_.record();
  record.status = "running";
  record.reason.clear();
  record.verdicts.clear();
  record.epochs = spec_.train.epochs;
  record.surroundings = here;
  if (batch_choice_) record.batch_choice = training::choice_table(*batch_choice_);
  else if (!was_chosen(record.batch_choice, spec_.train)) record.batch_choice = {};
  folder_.write();
  begun_ = true;
  callbacks_.open();
  callbacks_.emit(training::RunStarted{folder_.path(), spec_.train.epochs, steps_per_epoch(), spec_.train.batch_size,
                                       data_->size(Part::train), data_->size(Part::validation), data_->size(Part::test),
                                       trainer.position().step});
  // So that there is always a checkpoint to go on from, and what keeps it from being written is found now.
  trainer.save_start();
  saver.finish();
  const Outcome outcome = trainer.fit();
  saver.finish();
  return finish(outcome);
}

training::Values TrainingSession::test() {
  if (data_->size(Part::test) == 0) return {};
  return training::evaluate_part(model_, *data_, Part::test, spec_.train.batch_size, spec_.train.limit_batches);
}

// The highest mark of the process. Where an earlier run of the same process has set it, what was announced for this one.
int64_t TrainingSession::memory_held() const {
  const int64_t peak = peak_memory();
  const int64_t announced = model_.memory().on_host();
  if (peak < 0) return announced;
  return peak > peak_before_ ? peak : std::min(peak, announced);
}

std::vector<training::Verdict> TrainingSession::judge(const Outcome& outcome, const training::Values& test) const {
  if (outcome.status != RunStatus::complete && outcome.status != RunStatus::stopped) return {};
  return expectations_->judge({test, outcome.seconds, memory_held()});
}

std::vector<training::Verdict> TrainingSession::not_judged(const Outcome& outcome) const {
  std::vector<training::Verdict> verdicts = expectations_->judge({{}, outcome.seconds, memory_held()});
  for (training::Verdict& verdict : verdicts) {
    verdict.kind = training::Verdict::Kind::not_judged;
    verdict.found = "the run was not finished";
    verdict.value.reset();
  }
  return verdicts;
}

ExitCode TrainingSession::finish(Outcome outcome) {
  const std::string model_folder = folder_.file("model");
  training::save_model_folder(model_, data_->contract(), absolute_path(spec_.recipe_path), model_folder);
  const bool usable = outcome.status == RunStatus::complete || outcome.status == RunStatus::stopped;
  training::Values tested = usable ? test() : training::Values();
  if (usable && training::interrupted()) {  // a part of the test part says nothing
    tested.clear();
    outcome.status = RunStatus::interrupted;
    outcome.code = training::signal_exit_code();
    outcome.reason = "by a signal after training, before the test part was evaluated";
  }
  training::RunRecord& record = folder_.record();
  record.status = training::status_text(outcome.status);
  record.reason = outcome.reason;
  record.closed = !record.ended();
  record.epoch = outcome.epoch;
  record.step = outcome.step;
  record.seconds = outcome.seconds;
  record.values = outcome.values;
  for (const auto& [name, value] : tested) record.values.emplace_back("test_" + name, value);
  folder_.write();
  const training::Wishes last = callbacks_.emit(training::RunDone{outcome.status, outcome.reason, outcome.epoch,
                                                                  outcome.step, outcome.seconds, tested, model_folder});
  for (const std::string& text : last.notices) callbacks_.emit(training::Notice{text});
  record.closed = true;
  record.verdicts = judge(outcome, tested);
  folder_.write();
  if (!common_.json) print_end(outcome, tested, model_folder);
  result_ = {spec_.name,      folder_.path(),
             spec_.seed,      std::string(training::status_text(outcome.status)),
             outcome.reason,  outcome.code,
             outcome.seconds, outcome.values,
             tested,          record.verdicts.empty() ? not_judged(outcome) : record.verdicts};
  print_verdicts(record.verdicts, common_);
  if (result_.missed() > 0) result_.code = ExitCode::not_met;
  return result_.code;
}

void TrainingSession::print_end(const Outcome& outcome, const training::Values& test,
                                const std::string& model_folder) const {
  if (common_.says_results()) print_test_values(test);
  if (outcome.status == RunStatus::failed) {
    print_message({Severity::error,
                   "diverged",
                   {},
                   "",
                   outcome.reason + "; they are in " + model_folder,
                   "",
                   "",
                   "look at the data for values that are not finite, or lower the learning rate",
                   {}});
    if (!outcome.failure_folder.empty())
      std::fprintf(stderr, "   to see it again: dltrain replay %s\n", outcome.failure_folder.c_str());
    std::fprintf(stderr, "   to go on from there with something changed: dltrain resume %s --set KEY=VALUE\n",
                 folder_.path().c_str());
    return;
  }
  if (outcome.status == RunStatus::interrupted) {
    std::fprintf(stderr, "stopped at epoch %ld/%ld step %ld (%s) and saved; to go on:\n  dltrain resume %s\n",
                 static_cast<long>(outcome.epoch), static_cast<long>(spec_.train.epochs),
                 static_cast<long>(outcome.step), outcome.reason.c_str(), folder_.path().c_str());
    return;
  }
  if (common_.quiet) return;
  if (outcome.status == RunStatus::stopped) std::fprintf(stderr, "stopped early: %s\n", outcome.reason.c_str());
  std::fprintf(stderr, "trained %ld steps in %s; model in %s\n", static_cast<long>(outcome.step),
               duration_text(outcome.seconds).c_str(), model_folder.c_str());
}

}  // namespace dltrain::app
