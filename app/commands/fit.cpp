// dltrain fit: recipe -> trained model in a run folder.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "app/commands.h"
#include "app/experiment.h"
#include "app/training_session.h"
#include "core/files.h"
#include "training/interrupt.h"

namespace dltrain::app {

namespace {

// The run of a recipe with the highest number; empty if there is none.
std::string newest_run(const models::Spec& spec) {
  const std::string parent = join_path(spec.run.directory, spec.name);
  std::string newest;
  long highest = 0;
  if (!is_directory(parent)) return newest;
  for (const std::string& name : list_directory(parent, ExitCode::io)) {
    const long number = std::strtol(name.c_str(), nullptr, 10);
    const std::string path = join_path(parent, name);
    if (number > highest && exists(join_path(path, "run.json"))) {
      highest = number;
      newest = path;
    }
  }
  return newest;
}

}  // namespace

ExitCode fit(const FitOptions& options, const CommonOptions& common) {
  training::watch_signals();
  training::end_at_once();
  training::OpenedRecipe recipe = open_recipe(options.recipe);
  if (options.resume) {
    const std::string run = options.run.empty() ? newest_run(recipe.spec) : options.run;
    if (!run.empty() && exists(join_path(run, "run.json"))) return go_on(run, std::move(recipe), common);
  }
  return TrainingSession({std::move(recipe), options.run, {}, {}, {}, options}, common).run();
}

}  // namespace dltrain::app
