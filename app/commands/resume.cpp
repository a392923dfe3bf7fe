// dltrain resume: a run goes on from its newest good checkpoint, with the recipe that it has.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/going_on.h"
#include "app/training_session.h"
#include "core/files.h"
#include "training/checkpoint/store.h"
#include "training/interrupt.h"

namespace dltrain::app {

namespace {

struct ResumeOptions {
  std::string run;
  RecipeOptions changes;  // its recipe is that of the run
};

// The recipe that a run has been trained with so far; relative paths start where the user's recipe is.
training::OpenedRecipe recipe_of(const std::string& run, const training::RunRecord& record, RecipeOptions changes) {
  changes.recipe = join_path(run, "resolved.toml");
  training::OpenedRecipe recipe = open_recipe(changes);
  recipe.spec.recipe_path = record.surroundings.recipe.empty() ? changes.recipe : record.surroundings.recipe;
  if (exists(join_path(run, "recipe.toml"))) recipe.text = read_text(join_path(run, "recipe.toml"), ExitCode::model);
  return recipe;
}

bool is_over(const training::RunRecord& record, const models::Spec& spec) {
  if (!record.closed) return false;  // killed at its very end
  return record.status == "stopped" || (record.status == "complete" && record.epoch >= spec.train.epochs);
}

}  // namespace

RunResult go_on(const std::string& run, training::OpenedRecipe recipe, const CommonOptions& common) {
  training::RunFolder folder = training::RunFolder::open(run);
  const training::RunRecord record = folder.record();
  if (is_over(record, recipe.spec)) {
    if (!common.quiet) {
      std::fprintf(
          stderr,
          "%s is %s after %ld epochs; nothing is left to do\n   = help: to train longer: dltrain resume %s --epochs %ld\n",
          run.c_str(), record.status.c_str(), static_cast<long>(record.epoch), run.c_str(),
          static_cast<long>(std::max(record.epoch, record.epochs) * 2));
    }
    RunResult result;
    result.name = recipe.spec.name;
    result.folder = run;
    result.seed = recipe.spec.seed;
    result.status = record.status;
    result.reason = record.reason;
    result.seconds = record.seconds;
    result.values = record.values;
    return result;
  }
  std::vector<std::string> notes;
  const auto checkpoint = training::newest_checkpoint(run, notes);
  for (const std::string& note : notes) std::fprintf(stderr, "warning: %s\n", note.c_str());
  if (!checkpoint && !notes.empty()) {
    throw UserError(ExitCode::model, "no-checkpoint", run, "no checkpoint of the run is good",
                    "train again; nothing in the folder was changed");
  }
  if (!checkpoint && !common.quiet)
    std::fprintf(stderr, "the run was interrupted before its first checkpoint; it starts again\n");
  models::Spec before = recipe_of(run, record, {}).spec;
  FitOptions options;
  options.init_from = record.initial_weights;
  options.init_partial = true;  // it was accepted when the run began
  RunRequest request{std::move(recipe), run, std::move(folder), std::move(before), checkpoint ? checkpoint->path : "",
                     std::move(options)};
  TrainingSession session(std::move(request), common);
  session.run();
  return session.result();
}

namespace {

ExitCode resume(const ResumeOptions& options, const CommonOptions& common) {
  training::watch_signals();
  training::end_at_once();
  const training::RunRecord record = training::read_run_record(options.run);
  return go_on(options.run, recipe_of(options.run, record, options.changes), common).code;
}

}  // namespace

void register_resume(CommandLine& line) {
  Command& command = line.add(Group::train, "resume", "go on with a run that was interrupted");
  ResumeOptions& options = command.values<ResumeOptions>();
  command.argument("RUN", &options.run, "the folder of the run").required();
  add_changes_to_recipe(command, options.changes);
  command.examples = {"dltrain resume runs/digits/0001", "dltrain resume runs/digits/0001 --epochs 40"};
  command.run = [&options](const CommonOptions& common) { return resume(options, common); };
}

}  // namespace dltrain::app
