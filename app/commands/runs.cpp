// dltrain runs: a table of the runs in a folder.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/progress.h"
#include "app/run_result.h"
#include "app/summary.h"
#include "core/files.h"
#include "core/folder_lock.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/checkpoint/store.h"
#include "training/run_folder.h"

namespace dltrain::app {

namespace {

struct RunsOptions {
  std::string folder = "runs";
};

struct Run {
  std::string folder;
  training::RunRecord record;
};

// Folders with a run.json, at most `depth` levels down.
void collect(const std::string& folder, int depth, std::vector<Run>& found) {
  if (exists(join_path(folder, "run.json"))) {
    try {
      found.push_back({folder, training::read_run_record(folder)});
    } catch (const UserError& error) {
      const Diagnostic& d = error.diagnostics().front();
      std::fprintf(stderr, "warning: %s: %s\n", d.who.c_str(), d.what.c_str());
    }
    return;
  }
  if (depth == 0) return;
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    const std::string path = join_path(folder, name);
    if (is_directory(path)) collect(path, depth - 1, found);
  }
}

// "running" with nobody who runs it was killed.
std::string status_of(const Run& run) {
  if (run.record.status != "running") return run.record.status;
  return FolderLock::owner(run.folder) ? "running" : "killed";
}

struct Reached {
  int64_t epoch, step;
};

// A run that has not ended says in its checkpoints how far it is.
Reached reached(const Run& run) {
  const auto checkpoints = training::list_checkpoints(run.folder);
  if (run.record.status != "running" || checkpoints.empty()) return {run.record.epoch, run.record.step};
  try {
    const std::string path = join_path(checkpoints.back().path, "manifest.json");
    const training::Position at = training::parse_manifest(read_text(path, ExitCode::model), path).position;
    return {at.epoch - 1, at.step};
  } catch (const UserError&) {
    return {run.record.epoch, checkpoints.back().step};
  }
}

// The best that its checkpoints reached, or what the run ended with.
std::string best_of(const Run& run) {
  const training::StoredCheckpoint* best = nullptr;
  const std::vector<training::StoredCheckpoint> checkpoints = training::ranked_checkpoints(run.folder, true);
  for (const auto& checkpoint : checkpoints) {
    if (checkpoint.rank && (best == nullptr || checkpoint.rank->better_than(*best->rank))) best = &checkpoint;
  }
  return best == nullptr ? ""
                         : best->rank->monitor + " " + short_number(best->rank->value) + " (step " +
                               std::to_string(best->step) + ")";
}

std::string next_of(const Run& run, const std::string& status) {
  if (status == "killed" || status == "interrupted" || status == "failed") return "dltrain resume " + run.folder;
  return "";
}

ExitCode runs(const RunsOptions& options, const CommonOptions& common) {
  if (!is_directory(options.folder)) {
    throw UserError(ExitCode::io, "no-such-path", options.folder, "there is no such folder",
                    "name the folder that holds runs; \"dltrain fit\" makes them in \"runs\"");
  }
  std::vector<Run> found;
  collect(options.folder, 3, found);
  std::vector<std::vector<std::string>> rows = {{"run", "status", "epochs", "steps", "best", "to go on"}};
  for (const Run& run : found) {
    const std::string status = status_of(run);
    const Reached at = reached(run);
    if (common.json) {
      Table line;
      line.set("run", run.folder);
      line.set("status", status);
      line.set("epoch", at.epoch);
      line.set("epochs", run.record.epochs);
      line.set("step", at.step);
      Table values;
      for (const auto& [name, value] : run.record.values) values.set(name, value);
      line.set("values", std::move(values));
      line.set("best", best_of(run));
      line.set("to_go_on", next_of(run, status));
      std::printf("%s\n", formats::json_text(Setting(std::move(line))).c_str());
    }
    rows.push_back({run.folder, shown_status(status),
                    std::to_string(at.epoch) + "/" + std::to_string(run.record.epochs), std::to_string(at.step),
                    best_of(run), next_of(run, status)});
  }
  if (!common.json) std::printf("%s", found.empty() ? "no runs\n" : table_text(rows).c_str());
  return ExitCode::ok;
}

}  // namespace

void register_runs(CommandLine& line) {
  Command& command = line.add(Group::use, "runs", "list runs: how far they are, what they reached, how to go on");
  RunsOptions& options = command.values<RunsOptions>();
  command.argument("FOLDER", &options.folder, "where to look for runs").show_default().offer(Offer::folders);
  command.examples = {"dltrain runs"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return runs(options, common); };
}

}  // namespace dltrain::app
