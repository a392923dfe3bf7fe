// dltrain resume: a run goes on from its newest good checkpoint, with the recipe that it has.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/going_on.h"
#include "app/training_session.h"
#include "app/verdicts.h"
#include "core/files.h"
#include "models/recipe/difference.h"
#include "training/batch_choice.h"
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

// The verdicts of a run that is over, with the places where the recipe states the bounds now.
std::vector<training::Verdict> placed(std::vector<training::Verdict> verdicts, const models::Spec& spec) {
  for (training::Verdict& verdict : verdicts) {
    if (verdict.expect < static_cast<int64_t>(spec.expect.size()))
      verdict.place = spec.expect[static_cast<size_t>(verdict.expect)].place_of(verdict.key);
  }
  return verdicts;
}

// What the recipe says now and the run does not know; no more epochs count, which are those that it has.
std::vector<std::string> changes_since(const models::Spec& before, models::Spec now) {
  if (training::keeps_batch(before.train, now.train)) now.train = training::with_batch_of(before.train, now.train);
  now.train.epochs = before.train.epochs;
  return models::differences(before, now);
}

void say_that_it_is_over(const std::string& run, const training::RunRecord& record,
                         const std::vector<std::string>& changes) {
  std::fprintf(
      stderr,
      "%s is %s after %ld epochs; nothing is left to do\n   = help: to train longer: dltrain resume %s --epochs %ld\n",
      run.c_str(), record.status.c_str(), static_cast<long>(record.epoch), run.c_str(),
      static_cast<long>(std::max(record.epoch, record.epochs) * 2));
  for (const std::string& change : changes) std::fprintf(stderr, "  changed, without effect: %s\n", change.c_str());
}

// What a run that is over came to is a fact: the same values, verdicts and exit code each time that it is asked for.
RunResult result_of(const std::string& run, const training::RunRecord& record, const models::Spec& spec,
                    const CommonOptions& common) {
  const models::Spec before = recipe_of(run, record, {}).spec;
  const std::vector<std::string> changes = changes_since(before, spec);
  if (!common.quiet) say_that_it_is_over(run, record, changes);
  if (std::ranges::any_of(changes, [](const std::string& change) { return change.starts_with("expect"); })) {
    throw UserError(ExitCode::recipe, "impossible-bound", run,
                    "the run is over and was judged by other bounds than the recipe has now",
                    "train again without --resume, or see what it came to: dltrain resume " + run);
  }
  RunResult result;
  result.name = record.name;
  result.folder = run;
  result.seed = before.seed;
  result.status = record.status;
  result.reason = record.reason;
  result.seconds = record.seconds;
  for (const auto& [name, value] : record.values) {
    if (name.starts_with("test_")) result.test.emplace_back(name.substr(5), value);
    else result.values.emplace_back(name, value);
  }
  result.verdicts = placed(record.verdicts, spec);
  if (common.says_results()) print_test_values(result.test);
  print_verdicts(result.verdicts, common);
  if (result.missed() > 0) result.code = ExitCode::not_met;
  return result;
}

}  // namespace

RunResult go_on(const std::string& run, training::OpenedRecipe recipe, const CommonOptions& common) {
  training::RunFolder folder = training::RunFolder::open(run);
  const training::RunRecord record = folder.record();
  if (is_over(record, recipe.spec)) return result_of(run, record, recipe.spec, common);
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
  command.notes = {"Exit code 10 if a bound of [[expect]] was missed, also where the run was over before."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return resume(options, common); };
}

}  // namespace dltrain::app
