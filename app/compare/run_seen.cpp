#include "app/compare/run_seen.h"

#include <algorithm>
#include <cmath>

#include "app/experiment.h"
#include "app/summary.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/callbacks/support/direction.h"
#include "training/device.h"
#include "training/model_folder.h"

namespace dltrain::app {

namespace {

bool is_run(const std::string& path) { return exists(join_path(path, "run.json")); }

// What history.jsonl has beside values.
bool is_value(const std::string& name) {
  return name != "epoch" && name != "step" && name != "learning_rate" && name != "seconds" && name != "event";
}

// Adds "best NAME" for the values of validation, or of training where there was no validation.
void add_best(RunSeen& run) {
  const std::string path = join_path(run.folder, "history.jsonl");
  if (!exists(path)) return;
  training::Values best;
  for (const std::string& line : split(read_text(path, ExitCode::model), '\n')) {
    if (trim(line).empty()) continue;
    const Setting parsed = formats::parse_json(line, path, ExitCode::model);
    if (parsed.table() == nullptr) continue;
    for (const Table::Entry& entry : parsed.table()->entries()) {
      const double* value = entry.value.real();
      if (value == nullptr || !is_value(entry.key) || !std::isfinite(*value)) continue;
      const auto known = std::ranges::find(best, entry.key, [](const auto& pair) { return pair.first; });
      if (known == best.end()) {
        best.emplace_back(entry.key, *value);
        continue;
      }
      const bool grows = training::monitor_grows(run.spec, training::MonitorMode::automatic, entry.key);
      if (grows ? *value > known->second : *value < known->second) known->second = *value;
    }
  }
  const bool validated = std::ranges::any_of(best, [](const auto& pair) { return pair.first.starts_with("val_"); });
  for (const auto& [name, value] : best) {
    if (!validated || name.starts_with("val_")) run.results.emplace_back("best " + name, value);
  }
}

// The folders in a folder that hold runs.
std::vector<std::string> folders_of_runs(const std::string& path) {
  std::vector<std::string> folders;
  if (!is_directory(path)) return folders;
  for (const std::string& name : list_directory(path, ExitCode::model)) {
    const std::string folder = join_path(path, name);
    if (!is_directory(folder)) continue;
    const std::vector<std::string> inside = list_directory(folder, ExitCode::model);
    if (std::ranges::any_of(inside, [&](const std::string& each) { return is_run(join_path(folder, each)); }))
      folders.push_back(folder);
  }
  return folders;
}

RunSeen see(const std::string& folder) {
  RunSeen run;
  run.folder = folder;
  run.record = training::read_run_record(folder);
  RecipeOptions options;
  options.recipe = join_path(folder, "resolved.toml");
  Diagnostics said_when_trained;
  run.spec = open_recipe(options, said_when_trained).spec;
  if (!run.record.surroundings.recipe.empty()) run.spec.recipe_path = run.record.surroundings.recipe;
  run.results = run.record.values;
  add_best(run);
  return run;
}

}  // namespace

std::vector<RunSeen> see_runs(const std::vector<std::string>& paths) {
  std::vector<RunSeen> runs;
  const auto add = [&](const std::string& path) {  // once, however often it is named
    const bool known =
        std::ranges::any_of(runs, [&](const RunSeen& run) { return absolute_path(run.folder) == absolute_path(path); });
    if (!known) runs.push_back(see(path));
  };
  for (std::string path : paths) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (is_run(path)) {
      add(path);
      continue;
    }
    bool found = false;
    if (is_directory(path)) {
      for (const std::string& name : list_directory(path, ExitCode::model)) {
        if (!is_run(join_path(path, name))) continue;
        add(join_path(path, name));
        found = true;
      }
    }
    if (!found) {
      const std::vector<std::string> below = folders_of_runs(path);
      throw UserError(ExitCode::model, "no-run", path, "there is no run",
                      !below.empty() ? "folders in it hold runs: dltrain compare " + join(below, " ")
                                     : "name folders that \"dltrain fit\" printed, or a folder that holds some; "
                                       "\"dltrain runs\" lists them");
    }
  }
  return runs;
}

RunCost cost_of_run(const RunSeen& run) {
  RunCost cost;
  try {
    Diagnostics said_when_trained;
    const std::string folder = join_path(run.folder, "model");
    const DataSignature signature = exists(join_path(folder, "contract.json"))
                                        ? training::open_model_folder(training::catalogue(), folder).signature
                                        : training::look_at_data(run.spec, said_when_trained).signature;
    training::Model model(training::open_program(run.spec, signature, said_when_trained),
                          training::open_device(run.spec.run));
    cost.parameters = 0;
    for (const LayerRow& layer : layer_rows(model.program())) cost.parameters += layer.trained;
    model.prepare_run(0, 0);
    cost.memory = model.memory().total();
  } catch (const UserError&) {
    return cost;  // its data or its device are no longer there
  }
  return cost;
}

}  // namespace dltrain::app
