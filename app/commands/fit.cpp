// dltrain fit: recipe -> trained model in a run folder; several in a row with a summary.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/going_on.h"
#include "app/json_events.h"
#include "app/messages.h"
#include "app/suite/suite.h"
#include "app/training_session.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/interrupt.h"
#include "training/run_folder.h"

namespace dltrain::app {

namespace {

// Whether a run was made by another recipe that has the same file name. A recipe that is not there any more may be this
// one, at the place where it was.
bool is_of_another(const std::string& run, const models::Spec& spec) {
  try {
    const std::string recipe = training::read_run_record(run).surroundings.recipe;
    return !recipe.empty() && recipe != absolute_path(spec.recipe_path) && exists(recipe);
  } catch (const UserError&) {
    return false;  // reported by whoever goes on with it
  }
}

// The run of a recipe with the highest number; empty if there is none.
std::string newest_run(const models::Spec& spec) {
  const std::string parent = join_path(spec.run.directory, spec.name);
  std::string newest;
  long highest = 0;
  if (!is_directory(parent)) return newest;
  for (const std::string& name : list_directory(parent, ExitCode::io)) {
    const long number = std::strtol(name.c_str(), nullptr, 10);
    const std::string path = join_path(parent, name);
    if (number <= highest || !exists(join_path(path, "run.json")) || is_of_another(path, spec)) continue;
    highest = number;
    newest = path;
  }
  return newest;
}

// A run that is to be made.
struct PlannedRun {
  training::OpenedRecipe recipe;
  FitOptions options;
};

void refuse(const std::string& what, const std::string& help) {
  throw UserError(ExitCode::recipe, "command-line", "dltrain fit", what, help);
}

// Before anything is trained.
void check_report(const std::string& path) {
  if (!path.ends_with(".xml") && !path.ends_with(".json"))
    refuse("--report takes a file that ends in .xml or .json (was " + quote(path) + ")",
           ".xml is JUnit's format, which GitHub, GitLab and Jenkins read");
  const std::string folder = parent_path(path).empty() ? "." : parent_path(path);
  if (!is_directory(folder))
    throw UserError(ExitCode::io, "file-access", path, "the report cannot be written: there is no folder " + folder,
                    "make it, or name another file with --report");
  training::check_writable(folder);
}

void write_reports(const Suite& suite, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const std::string text =
        path.ends_with(".xml") ? junit_xml(suite) : formats::json_text(Setting(suite_json(suite)), 2) + "\n";
    write_file_durably(path, text);
  }
}

// What several runs cannot share.
void check_several(const FitOptions& options, size_t runs) {
  if (runs < 2) return;
  if (!options.run.empty())
    refuse("--run names one folder, and there are " + std::to_string(runs) + " runs",
           "leave it out: each run gets a folder of its own under runs/NAME");
  if (options.resume)
    refuse("--resume goes on with one run, and there are " + std::to_string(runs),
           "name one recipe, or use dltrain resume RUN for each");
}

FitOptions with_recipe(FitOptions options, const std::string& recipe) {
  options.recipe.recipe = recipe;
  if (options.fast) {
    options.recipe.limit_batches = 1;
    options.recipe.epochs = 1;
  }
  return options;
}

SuiteRun failed_run(const std::string& recipe, const UserError& error) {
  SuiteRun run{recipe, {}, error.diagnostics()};
  run.result.name = recipe;
  run.result.status = "failed";
  run.result.code = error.code();
  return run;
}

// Reads all recipes, so that all mistakes are said before anything is run. They are in the report as well.
std::vector<PlannedRun> planned_runs(const FitOptions& options) {
  std::vector<PlannedRun> runs;
  Diagnostics mistakes;
  Suite wrong;
  for (const std::string& recipe : options.recipes) {
    FitOptions own = with_recipe(options, recipe);
    try {
      training::OpenedRecipe opened = open_recipe(own.recipe);
      const int64_t times = options.repeat.value_or(opened.spec.run.repeat.value_or(1));
      for (int64_t i = 0; i < times; ++i) {
        runs.push_back({opened, own});
        runs.back().recipe.spec.seed += static_cast<uint64_t>(i);
      }
    } catch (const UserError& error) {
      wrong.runs.push_back(failed_run(recipe, error));
      write_reports(wrong, options.reports);
      if (options.recipes.size() == 1 || error.code() != ExitCode::recipe) throw;
      mistakes.add(error.diagnostics());
    }
  }
  mistakes.throw_if_errors(ExitCode::recipe);
  check_several(options, runs.size());
  return runs;
}

RunResult run_one(PlannedRun planned, const CommonOptions& common) {
  const FitOptions options = std::move(planned.options);
  if (options.resume) {
    const std::string run = options.run.empty() ? newest_run(planned.recipe.spec) : options.run;
    if (!run.empty() && exists(join_path(run, "run.json"))) return go_on(run, std::move(planned.recipe), common);
  }
  TrainingSession session({std::move(planned.recipe), options.run, {}, {}, {}, options}, common);
  session.run();
  return session.result();
}

// The same where it is one of several: what is wrong with it does not keep the others from being made.
SuiteRun run_of_suite(PlannedRun planned, const CommonOptions& common) {
  SuiteRun run{planned.options.recipe.recipe, {}, {}};
  run.result.name = planned.recipe.spec.name;
  run.result.seed = planned.recipe.spec.seed;
  try {
    run.result = run_one(std::move(planned), common);
  } catch (const UserError& error) {
    print_error(error);
    run.result.status = "failed";
    run.result.code = error.code();
    run.errors = error.diagnostics();
  }
  return run;
}

void print_suite(const Suite& suite, const CommonOptions& common) {
  if (common.json) return print_line(suite_json(suite));
  if (suite.runs.size() < 2) return;
  std::printf("\n%s", suite_table(suite).c_str());
  if (const std::vector<Spread> spreads = spreads_of(suite); !spreads.empty())
    std::printf("\n%s", spread_table(spreads).c_str());
}

ExitCode run_suite(std::vector<PlannedRun> planned, const FitOptions& options, CommonOptions common) {
  common.in_suite = planned.size() > 1;
  const auto start = std::chrono::steady_clock::now();
  Suite suite;
  for (size_t i = 0; i < planned.size() && !training::interrupted(); ++i) {
    if (planned.size() > 1 && !common.json && !common.quiet)
      std::fprintf(stderr, "%srun %zu of %zu: %s\n", i > 0 ? "\n" : "", i + 1, planned.size(),
                   planned[i].options.recipe.recipe.c_str());
    suite.runs.push_back(run_of_suite(std::move(planned[i]), common));
    suite.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write_reports(suite, options.reports);  // after each, so that a suite that is ended leaves what it has
  }
  print_suite(suite, common);
  return training::interrupted() ? training::signal_exit_code() : suite.code();
}

ExitCode fit(const FitOptions& options, const CommonOptions& common) {
  training::watch_signals();
  training::end_at_once();
  for (const std::string& report : options.reports) check_report(report);
  std::vector<PlannedRun> planned = planned_runs(options);
  if (planned.size() == 1 && options.reports.empty()) return run_one(std::move(planned.front()), common).code;
  return run_suite(std::move(planned), options, common);
}

}  // namespace

void register_fit(CommandLine& line) {
  Command& command = line.add(Group::train, "fit", "train the model of a recipe, or of several in a row");
  FitOptions& options = command.values<FitOptions>();
  command.argument("RECIPE", &options.recipes, "recipes, TOML files").required();
  add_changes_to_recipe(command, options.recipe);
  command.flag("--fast", options.fast,
               "one epoch of one batch, and one of validation and test: whether all of it works; bounds on metrics and "
               "time are not judged");
  command
      .option("--repeat", &options.repeat, "N",
              "run each recipe N times, with seeds that follow one another; says mean and deviation")
      .range(1, 10000);
  command.option("--report", &options.reports, "FILE",
                 "write what the runs came to, to a file that ends in .xml (JUnit) or .json; may be given twice");
  command.option("--run", &options.run, "DIR", "folder of the run (default: the next number under runs/NAME)");
  command.option("--init-from", &options.init_from, "PATH",
                 "begin with the weights of a run, a model or a .weights.h5 file (fine-tuning)");
  command
      .flag("--init-partial", options.init_partial,
            "with --init-from: take the layers that fit, leave the others as they are")
      .needs("--init-from");
  command.flag("--resume", options.resume,
               "go on with the newest run of the recipe (or that of --run), if there is one");
  command.examples = {"dltrain fit recipes/digits.toml --set train.epochs=5",
                      "dltrain fit recipes/digits.toml recipes/iris.toml --repeat 5 --report results.xml"};
  command.notes = {"Exit code 10 if a bound of [[expect]] was missed."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return fit(options, common); };
}

}  // namespace dltrain::app
