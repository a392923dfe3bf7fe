// dltrain fmt: recipes in one style.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/json_events.h"
#include "app/text_files.h"
#include "models/recipe/format.h"

namespace dltrain::app {

namespace {

struct FmtOptions {
  std::vector<std::string> files;
  bool check = false;
};

ExitCode fmt(const FmtOptions& options, const CommonOptions& common) {
  return rewrite_recipes(
      options.files, options.check, common, "fmt", "in another style",
      [](const std::string& name, const std::string& text) { return Rewritten{models::formatted(name, text), {}}; });
}

}  // namespace

void register_fmt(CommandLine& line) {
  Command& command = line.add(Group::write, "fmt", "recipes in one style: blanks, empty lines and quotes");
  FmtOptions& options = command.values<FmtOptions>();
  command.argument("RECIPE", &options.files, "recipes to write anew; - is standard input, to standard output")
      .required();
  command.flag("--check", options.check, "change nothing, name the recipes that would change");
  command.examples = {"dltrain fmt recipes/*.toml", "dltrain fmt --check recipes/*.toml"};
  command.notes = {
      "With --check, exit code 10 if a recipe would change. What a recipe means, its comments and its order "
      "stay as they are."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return fmt(options, common); };
}

}  // namespace dltrain::app
