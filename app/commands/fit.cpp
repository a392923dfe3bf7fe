// dltrain fit: recipe -> trained model in a run folder.
#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "app/experiment.h"
#include "app/initial_weights.h"
#include "app/json_events.h"
#include "app/progress.h"
#include "app/summary.h"
#include "backends/factory.h"
#include "core/text.h"
#include "models/recipe/canonical.h"
#include "training/adapt.h"
#include "training/callback_list.h"
#include "training/check_ids.h"
#include "training/interrupt.h"
#include "training/model_folder.h"
#include "training/observer.h"
#include "training/run_folder.h"
#include "training/trainer.h"
#include "training/weights.h"

namespace dltrain::app {

using datasets::Part;
using training::Outcome;
using training::RunStatus;

namespace {

void print_header(const training::OpenedRecipe& recipe, const datasets::Dataset& data, training::Model& model, const std::string& folder) {
  const backends::DeviceInfo& device = model.session().backend().device();
  std::fprintf(stderr, "%s  (seed %lu)\n", recipe.spec.name.c_str(), static_cast<unsigned long>(recipe.spec.seed));
  const size_t width = terminal_width();
  std::fprintf(stderr, "data\n%s", wrapped(data_text(data), width, 14).c_str());
  std::fprintf(stderr, "model\n%s", model_text(model.program()).c_str());
  std::fprintf(stderr, "memory  %s\n", wrapped(memory_text(model.memory()), width - 8, 8).c_str());
  std::fprintf(stderr, "device  %s: %s\n", device.name.c_str(), device.description.c_str());
  std::fprintf(stderr, "run     %s\n\n", folder.c_str());
}

std::unique_ptr<datasets::Dataset> open_checked_data(const models::Spec& spec) {
  auto data = open_data(spec);
  training::check_all_ids(models::id_limits(spec.model), *data);
  return data;
}

// Everything between an opened experiment and the exit code.
class Fit {
 public:
  Fit(const FitOptions& options, const CommonOptions& common)
      : options_(options),
        common_(common),
        recipe_(open_recipe(options.recipe)),
        data_(open_checked_data(recipe_.spec)),
        model_(open_program(recipe_.spec, data_->signature()),
               backends::open_backend(recipe_.spec.run.device, {static_cast<int>(recipe_.spec.run.threads)})),
        folder_(recipe_.spec, options.run, recipe_.text, models::canonical_toml(recipe_.spec)),
        callbacks_({recipe_.spec, folder_.path(), recipe_.text, tracked_values(), steps_per_epoch(), &observer_}) {
    if (common_.json) callbacks_.add(json_);
    else if (!common_.quiet) callbacks_.add(progress_);
  }

  ExitCode run() {
    prepare();
    if (!common_.quiet && !common_.json) print_header(recipe_, *data_, model_, folder_.path());
    callbacks_.open();
    started();
    training::Trainer trainer(model_, *data_, callbacks_);
    const Outcome outcome = trainer.fit();
    return finish(outcome);
  }

 private:
  int64_t steps_per_epoch() const { return training::steps_per_epoch(recipe_.spec, data_->size(Part::train)); }

  std::vector<std::string> tracked_values() {
    std::vector<std::string> names;
    for (const auto& [name, value] : model_.results(models::SumSet::train)) names.push_back(name);
    return training::value_names(names, data_->size(Part::validation) > 0);
  }

  void prepare() {
    const models::Spec& spec = recipe_.spec;
    folder_.set_environment({{"device", model_.session().backend().device().name},
                             {"processor", model_.session().backend().device().description}});
    model_.initialize();
    if (!options_.init_from.empty()) begin_with_given_weights();
    else if (!spec.model.weights.empty()) training::load_weights(model_, training::starting_weights(spec));
    else training::adapt_layers(model_, *data_);
    // The smaller last batch of an epoch has a plan of its own; made now, its memory is announced and it costs no pause later.
    const int64_t rest = data_->size(Part::train) % spec.train.batch_size;
    if (rest > 0 && !spec.train.drop_last) model_.prepare_training(rest);
    model_.prepare_training(std::min(spec.train.batch_size, data_->size(Part::train)));
    prepare_validation(data_->size(Part::validation), spec.train.batch_size);
    folder_.write_status("running", "", 0, 0, {}, 0);
  }

  void begin_with_given_weights() {
    const training::Transfer given = init_from(model_, options_);
    training::adapt_layers(model_, *data_, [&](const std::string& layer) { return given.takes(layer); });
    folder_.add_fact("initial_weights", transfer_line(given));
    if (!common_.quiet && !common_.json) std::fprintf(stderr, "initial weights: %s\n%s", transfer_line(given).c_str(), transfer_table(given).c_str());
  }

  void prepare_validation(int64_t samples, int64_t batch_size) {
    if (samples == 0) return;
    if (samples % batch_size > 0) model_.prepare_evaluation(samples % batch_size);
    model_.prepare_evaluation(std::min(batch_size, samples));
  }

  void started() {
    const models::TrainSpec& train = recipe_.spec.train;
    callbacks_.emit(training::RunStarted{folder_.path(), train.epochs, steps_per_epoch(), train.batch_size, data_->size(Part::train),
                                         data_->size(Part::validation), data_->size(Part::test)});
  }

  ExitCode finish(const Outcome& outcome) {
    const std::string model_folder = folder_.file("model");
    training::save_model_folder(model_, data_->contract(), model_folder);
    training::Values test;
    const bool usable = outcome.status == RunStatus::complete || outcome.status == RunStatus::stopped;
    if (usable && data_->size(Part::test) > 0) {
      test = training::evaluate_part(model_, *data_, Part::test, recipe_.spec.train.batch_size);
    }
    training::Values all = outcome.values;
    for (const auto& [name, value] : test) all.emplace_back("test_" + name, value);
    folder_.write_status(std::string(training::status_text(outcome.status)), outcome.reason, outcome.epoch, outcome.step, all, outcome.seconds);
    const training::Wishes last =
        callbacks_.emit(training::RunDone{outcome.status, outcome.reason, outcome.epoch, outcome.step, outcome.seconds, test, model_folder});
    for (const std::string& text : last.notices) callbacks_.emit(training::Notice{text});
    if (!common_.json) print_end(outcome, test, model_folder);
    return outcome.code;
  }

  void print_end(const Outcome& outcome, const training::Values& test, const std::string& model_folder) const {
    for (const auto& [name, value] : test) std::printf("test_%s %s\n", name.c_str(), number_text(value).c_str());
    std::fflush(stdout);
    if (outcome.status == RunStatus::failed) {
      std::fprintf(stderr, "error: %s; they are in %s\n   = help: look at the data for values that are not finite, or lower the learning rate\n",
                   outcome.reason.c_str(), model_folder.c_str());
      return;
    }
    if (outcome.status == RunStatus::interrupted) {
      std::fprintf(stderr, "stopped at epoch %ld/%ld step %ld (%s); weights so far: %s\n", static_cast<long>(outcome.epoch),
                   static_cast<long>(recipe_.spec.train.epochs), static_cast<long>(outcome.step), outcome.reason.c_str(), model_folder.c_str());
      return;
    }
    if (common_.quiet) return;
    if (outcome.status == RunStatus::stopped) std::fprintf(stderr, "stopped early: %s\n", outcome.reason.c_str());
    std::fprintf(stderr, "trained %ld steps in %s; model in %s\n", static_cast<long>(outcome.step), duration_text(outcome.seconds).c_str(),
                 model_folder.c_str());
  }

  const FitOptions& options_;
  const CommonOptions& common_;
  training::OpenedRecipe recipe_;
  std::unique_ptr<datasets::Dataset> data_;
  training::Model model_;
  training::Observer observer_{model_, *data_};
  training::RunFolder folder_;
  Progress progress_;
  JsonEvents json_;
  training::CallbackList callbacks_;
};

}  // namespace

ExitCode fit(const FitOptions& options, const CommonOptions& common) {
  training::watch_signals();
  return Fit(options, common).run();
}

}  // namespace dltrain::app
