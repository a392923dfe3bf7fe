// dltrain check: everything short of training. What the recipe is and takes, at once; then the data and a few steps.
#include <cstdio>

#include "app/check/report.h"
#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/messages.h"
#include "app/verdicts.h"
#include "formats/json/json.h"
#include "training/interrupt.h"

namespace dltrain::app {

namespace {

struct CheckOptions {
  RecipeOptions recipe;
  bool headers_only = false;  // --static
};

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Fills the report part by part and prints what is known at each; what is wrong ends it as UserError.
void examine(const CheckOptions& options, bool talks, Findings& findings, CheckReport& report) {
  Diagnostics warnings;
  report.spec = open_recipe(options.recipe, warnings).spec;
  findings.add(warnings);
  report.at_once = static_part(report.spec, findings);
  if (talks) print(static_text(report));
  check_memory(*report.at_once);
  if (!options.headers_only) {
    report.dry = dry_part(report.spec, findings);
    if (talks) print(dry_text(report));
  }
  for (const training::Verdict& verdict : report.dry ? report.dry->verdicts : report.at_once->verdicts) {
    if (verdict.kind != training::Verdict::Kind::missed) continue;
    report.code = ExitCode::not_met;
    report.messages.push_back(verdict_message(verdict));
  }
}

ExitCode check(const CheckOptions& options, const CommonOptions& common) {
  training::watch_signals();
  training::end_at_once();
  const bool talks = !common.json && !common.quiet;
  CheckReport report;
  report.recipe = options.recipe.recipe;
  Findings findings(!common.json);
  try {
    examine(options, talks, findings, report);
  } catch (const UserError& error) {
    const std::vector<Diagnostic> unsaid = findings.without_known(error.diagnostics());
    if (!common.json) throw UserError(error.code(), unsaid);
    report.code = error.code();
    report.messages = unsaid;
  }
  report.messages.insert(report.messages.begin(), findings.warnings().begin(), findings.warnings().end());
  if (common.json) print(formats::json_text(check_json(report)) + "\n");
  else if (!common.quiet) print(verdict_text(report));
  for (const Diagnostic& message : report.messages) {
    if (!common.json && message.severity == Severity::error) print_message(message);
  }
  return report.code;
}

}  // namespace

void register_check(CommandLine& line) {
  Command& command = line.add(Group::train, "check", "what a recipe is and takes, without training it");
  CheckOptions& options = command.values<CheckOptions>();
  add_recipe(command, options.recipe);
  command.flag("--static", options.headers_only,
               "stop before the data: its files' headers are read, not the values, and no step is made");
  command.examples = {"dltrain check recipes/digits.toml", "dltrain check recipes/digits.toml --static --json"};
  command.notes = {
      "Exit code 0 if the recipe can be trained here; else that of what is wrong: 2 recipe, 3 data, 5 disk, 6 numbers "
      "that are not finite, 7 memory."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return check(options, common); };
}

}  // namespace dltrain::app
