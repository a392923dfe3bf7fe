#include "app/check/dry_part.h"

#include <algorithm>

#include "app/room.h"
#include "core/files.h"
#include "core/peak_memory.h"
#include "models/id_limits.h"
#include "training/adapt.h"
#include "training/check_ids.h"
#include "training/device.h"
#include "training/experiment.h"
#include "training/profile.h"
#include "training/run_folder.h"
#include "training/trainer.h"
#include "training/weights.h"

namespace dltrain::app {

using datasets::Part;

namespace {

constexpr double patience = 0.5;  // seconds of steps

// Where a folder would be made: what is there already of its path.
std::string existing_part(const std::string& path) {
  std::string there = absolute_path(path);
  while (!exists(there) && !parent_path(there).empty() && parent_path(there) != there) there = parent_path(there);
  return there;
}

// Throws UserError (io) unless files can be made in `folder`, which need not be there yet.
void check_place(const std::string& folder, const std::string& what, const std::string& help) {
  const std::string there = existing_part(folder);
  if (!is_directory(there)) throw UserError(ExitCode::io, "not-a-folder", there, what + ": it is not a folder", help);
  try {
    training::check_writable(there);
  } catch (const UserError& error) {
    throw UserError(error.code(), "file-access", there, what + ": " + error.diagnostics().front().what, help);
  }
}

void check_disk(const models::Spec& spec, const training::CallbackList& callbacks, int64_t saving) {
  const std::string folder = join_path(spec.run.directory, spec.name);
  check_place(folder, "no run can be written there",
              "name another place: [run] directory = ..., or dltrain fit --run DIR");
  for (const std::string& file : callbacks.files()) {
    if (file.starts_with('/'))
      check_place(parent_path(file), file_name(file) + " of a callback cannot be written there", "name another file");
  }
  check_room_on_disk(existing_part(folder), saving, checkpoints_kept(callbacks));
}

void refuse_numbers_that_are_not_finite(training::Model& model, int64_t steps) {
  const int64_t bad = model.first_bad_step();
  if (bad < 0 || bad >= steps) return;
  throw UserError(ExitCode::numeric, "diverged", "step " + std::to_string(bad + 1),
                  "the loss or a gradient is not a finite number",
                  "dltrain fit looks for where it comes from; lower the learning rate, or look at the data");
}

// Reading goes on while the step before is computed.
double seconds_of_batches(const training::Trial& trial, double batches_of_step) {
  return std::max(trial.step_seconds, trial.reading_seconds * batches_of_step);
}

void estimate_time(training::Model& model, const datasets::Dataset& data, const training::Trial& trial, DryPart& part) {
  const models::TrainSpec& train = model.program().spec().train;
  const auto batches = [&](Part of) {
    return static_cast<double>(data.size(of)) / static_cast<double>(train.batch_size);
  };
  const auto accumulation = static_cast<double>(train.gradient_accumulation);
  const double steps = std::max(1.0, batches(Part::train) / accumulation);
  part.epoch_seconds = steps * seconds_of_batches(trial, accumulation);
  if (data.size(Part::validation) > 0) {
    const training::Trial evaluation = training::try_steps(model, data, training::Work::evaluate, patience / 4);
    part.epoch_seconds += std::max(1.0, batches(Part::validation)) * seconds_of_batches(evaluation, 1) /
                          static_cast<double>(train.validation_freq);
  }
  part.run_seconds = part.epoch_seconds * static_cast<double>(train.epochs);
}

}  // namespace

DryPart dry_part(const models::Spec& spec, Findings& findings) {
  DryPart part;
  Diagnostics warnings;
  const auto data = training::open_data(spec, nullptr, warnings);
  training::check_all_ids(models::id_limits(spec.model), *data);
  const int64_t before = peak_memory();
  training::Model model(training::open_program(spec, data->signature(), warnings), training::open_device(spec.run));
  findings.add(warnings);
  part.data = data_text(*data);
  part.train_samples = data->size(Part::train);
  part.validation_samples = data->size(Part::validation);
  part.test_samples = data->size(Part::test);
  model.initialize();
  if (!spec.model.weights.empty()) training::load_weights(model, training::starting_weights(spec));
  else training::adapt_layers(model, *data);
  model.prepare_run(part.train_samples, part.validation_samples);
  std::vector<std::string> values;
  training::CallbackList callbacks = callbacks_of(model, data->signature(), values);
  part.memory = model.memory();
  part.log_bytes = callbacks.log_bytes(model.program());
  part.verdicts =
      training::Expectations(model.program(), data.get()).judge({{}, 0, held_by_process(before, part.memory)});
  std::erase_if(part.verdicts, [](const training::Verdict& verdict) { return !verdict.known_before; });
  check_disk(spec, callbacks, part.memory.saving());
  const training::Trial trial = training::try_steps(model, *data, training::Work::train, patience);
  part.steps = trial.steps;
  part.loss = model.loss();
  part.first_seconds = trial.first_seconds;
  part.step_seconds = trial.step_seconds;
  part.reading_seconds = trial.reading_seconds;
  refuse_numbers_that_are_not_finite(model, trial.steps);
  estimate_time(model, *data, trial, part);
  return part;
}

}  // namespace dltrain::app
