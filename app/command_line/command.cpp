#include "app/command_line/command.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::app {

std::string title(Group group) {
  switch (group) {
    case Group::write: return "Recipes";
    case Group::train: return "Training";
    case Group::use: return "Trained models and runs";
    case Group::look_up: return "Looking things up";
  }
  return {};
}

Option& Option::show_default() {
  if (const auto* text = std::get_if<std::string*>(&target_)) shown_default_ = **text;
  if (const auto* number = std::get_if<int64_t*>(&target_)) shown_default_ = std::to_string(**number);
  return *this;
}

Option& Command::argument(std::string called, Target target, std::string doc) {
  return option(called, target, called, std::move(doc));
}

Option& Command::option(std::string called, Target target, std::string value, std::string doc) {
  Option& added = options.emplace_back();
  added.name_ = std::move(called);
  added.value_ = std::move(value);
  added.doc_ = std::move(doc);
  added.target_ = target;
  if (added.value_ == "FILE" || added.value_ == "PATH") added.offer_ = Offer::files;
  if (added.value_ == "DIR" || added.value_ == "RUN") added.offer_ = Offer::folders;
  if (added.value_ == "RECIPE") added.offer_ = Offer::recipes;
  return added;
}

Option& Command::flag(std::string called, bool& target, std::string doc) {
  return option(std::move(called), &target, "", std::move(doc));
}

CommandLine::CommandLine() {
  shared.flag("--json", common.json, "one JSON object per line on standard output, for programs");
  shared.flag("--github", common.github, "messages as annotations of GitHub Actions as well");
  shared.flag("--quiet", common.quiet, "results and errors only").letter("-q");
  shared.flag("--verbose", common.verbose, "say more").letter("-v");
  register_all(*this);
  std::stable_sort(commands.begin(), commands.end(),
                   [](const Command& a, const Command& b) { return a.group < b.group; });
}

Command& CommandLine::add(Group group, std::string name, std::string summary) {
  Command& added = commands.emplace_back();
  added.name = std::move(name);
  added.group = group;
  added.summary = std::move(summary);
  return added;
}

const Command* CommandLine::find(const std::string& name) const {
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

std::string CommandLine::commands_by_json(bool known) const {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (command.json == known && !command.hidden) names.push_back(command.name);
  }
  std::sort(names.begin(), names.end());
  return join(names, ", ");
}

std::vector<Option> CommandLine::shared_options(const Command* command) const {
  std::vector<Option> options = shared.options;
  if (command != nullptr && !command->json) std::erase_if(options, [](const Option& o) { return o.name_ == "--json"; });
  for (Option& option : options) {
    if (command == nullptr && option.name_ == "--json") option.doc_ += "; not of " + commands_by_json(false);
  }
  return options;
}

Option& add_device(Command& command, std::string& device) {
  return command.option("--device", &device, "NAME", "auto, cpu, cuda, reference")
      .choices({"auto", "cpu", "cuda", "reference"});
}

void add_changes_to_recipe(Command& command, RecipeOptions& options) {
  command.option("--set", &options.set, "KEY=VALUE",
                 "change one value, e.g. --set train.epochs=3 or --set layers.hidden.activation=tanh");
  command.option("--epochs", &options.epochs, "N", "short for --set train.epochs=N");
  command.option("--seed", &options.seed, "N", "short for --set seed=N");
  add_device(command, options.device).doc_ = "short for --set run.device=NAME: auto, cpu, cuda, reference";
  command.option("--threads", &options.threads, "N", "short for --set run.threads=N");
  command.option("--limit-batches", &options.limit_batches, "N",
                 "short for --set train.limit_batches=N: at most so many batches of each part in an epoch");
}

void add_recipe(Command& command, RecipeOptions& options) {
  command.argument("RECIPE", &options.recipe, "the recipe, a TOML file").required();
  add_changes_to_recipe(command, options);
}

}  // namespace dltrain::app
