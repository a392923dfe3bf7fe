// dltrain compare: runs side by side, and whether what differs is more than chance.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/compare/comparison.h"
#include "app/json_events.h"
#include "core/diagnostic.h"

namespace dltrain::app {

namespace {

struct CompareOptions {
  std::vector<std::string> runs;
};

ExitCode compare(const CompareOptions& options, const CommonOptions& common) {
  std::vector<RunSeen> runs = see_runs(options.runs);
  if (runs.size() < 2) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain compare",
                    "there is a single run, " + runs.front().folder,
                    "name two or more, or a folder that holds several");
  }
  const Comparison comparison = compare_runs(std::move(runs));
  if (common.json) print_line(comparison_json(comparison));
  else std::fputs(comparison_text(comparison).c_str(), stdout);
  return ExitCode::ok;
}

}  // namespace

void register_compare(CommandLine& line) {
  Command& command =
      line.add(Group::use, "compare", "runs side by side: recipes, results, cost, and whether a difference is chance");
  CompareOptions& options = command.values<CompareOptions>();
  command.argument("RUN", &options.runs, "folders of runs, or folders that hold runs").required();
  command.examples = {"dltrain compare runs/digits/0001 runs/digits/0002",
                      "dltrain compare runs/digits runs/digits_cnn"};
  command.notes = {
      "Runs whose recipes mean the same, but for the seed, are one group; the groups are compared with the first. A "
      "difference is called larger than the spread if Welch's t-test gives p < 0.05, which takes two runs in each "
      "group: dltrain fit RECIPE --repeat 5 makes them."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return compare(options, common); };
}

}  // namespace dltrain::app
