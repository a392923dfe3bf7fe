// dltrain migrate: keys that have another name now, in the recipes' own text.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/json_events.h"
#include "app/text_files.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "models/recipe/extends.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "models/recipe/renames.h"
#include "training/experiment.h"

namespace dltrain::app {

namespace {

struct MigrateOptions {
  std::vector<std::string> files;
  bool check = false;
  bool list = false;
};

std::string place_text(const models::Rename& rename) {
  return std::to_string(rename.place.line) + ":" + std::to_string(rename.place.column);
}

// What a new name does not mend.
size_t mistakes_in(const std::string& name, const std::string& text) {
  Diagnostics warnings;
  try {
    models::Recipe recipe = models::parse_recipe(name, text);
    models::resolve_extends(recipe, training::catalogue(), warnings);
    models::read_spec(recipe, training::catalogue(), {}, warnings);
  } catch (const UserError& error) {
    return error.diagnostics().size();
  }
  return warnings.error_count();
}

Rewritten migrate_one(const std::string& name, const std::string& text) {
  const models::Migrated result = models::migrated(name, text, training::catalogue());
  Rewritten rewritten{result.text, {}, {}};
  if (const size_t mistakes = mistakes_in(name, result.text); mistakes > 0)
    rewritten.left = "left: " + counted(static_cast<int64_t>(mistakes), "mistake") + ", which dltrain check names";
  for (const models::Rename& rename : result.done)
    rewritten.changes.push_back(place_text(rename) + ": " + rename.from + " is called " + rename.to);
  Diagnostics left;
  for (const models::Rename& rename : result.left) {
    if (rename.taken) {
      left.error("renamed-key", rename.place, "",
                 quote(rename.from) + " is called " + quote(rename.to) + " now, and the table has both")
          .hint = "leave one of them out";
    } else {
      left.error("renamed-key", rename.place, "",
                 quote(rename.from) + " is called " + join(rename.names, " or ") +
                     " now: it depends on the type of the layer, which another recipe says")
          .help = "write the one that is meant";
    }
  }
  left.throw_if_errors(ExitCode::recipe);
  return rewritten;
}

// Every name that is known to have been another.
void print_list(bool json) {
  const Catalogue& catalogue = training::catalogue();
  for (const std::string& family : catalogue.families()) {
    for (const std::string& kind : catalogue.kinds(family)) {
      for (const Field& field : catalogue.find(family, kind)->fields) {
        for (const std::string& former : field.former_names) {
          if (json) {
            Table line;
            line.set("event", "rename");
            line.set("version", 1);
            line.set("family", family);
            line.set("type", kind);
            line.set("former", former);
            line.set("now", field.name);
            print_line(line);
          } else {
            std::printf("%s %s: %s is called %s\n", family.c_str(), kind.c_str(), former.c_str(), field.name.c_str());
          }
        }
      }
    }
  }
}

ExitCode migrate(const MigrateOptions& options, const CommonOptions& common) {
  if (options.list) {
    print_list(common.json);
    return ExitCode::ok;
  }
  if (options.files.empty()) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain migrate", "RECIPE is missing",
                    "name the recipes to change; --list shows the names that would change");
  }
  return rewrite_recipes(options.files, options.check, common, "migrate", "has keys that have another name now",
                         migrate_one);
}

}  // namespace

void register_migrate(CommandLine& line) {
  Command& command =
      line.add(Group::write, "migrate", "give keys of older recipes, or of older Keras, their names of today");
  MigrateOptions& options = command.values<MigrateOptions>();
  command.argument("RECIPE", &options.files, "recipes to change; - is standard input, to standard output");
  command.flag("--check", options.check, "change nothing, name the recipes that would change");
  command.flag("--list", options.list, "the names that are known to have been others");
  command.examples = {"dltrain migrate recipes/*.toml", "dltrain migrate --check recipes/*.toml"};
  command.notes = {"With --check, exit code 10 if a recipe would change. Comments, order and blanks stay as they are."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return migrate(options, common); };
}

}  // namespace dltrain::app
