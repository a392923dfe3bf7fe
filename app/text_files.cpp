#include "app/text_files.h"

#include <cstdio>

#include "app/json_events.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/user_files.h"
#include "models/recipe/parse.h"

namespace dltrain::app {

namespace {

void report(const std::string& path, const Rewritten& rewritten, bool check, const CommonOptions& common,
            const std::string& command, const std::string& difference) {
  if (common.json) {
    Table line;
    line.set("event", command);
    line.set("version", 1);
    line.set("recipe", path);
    line.set("written", !check);
    List changes;
    for (const std::string& change : rewritten.changes) changes.emplace_back(change);
    if (!changes.empty()) line.set("changes", std::move(changes));
    if (!rewritten.left.empty()) line.set("left", rewritten.left);
    print_line(line);
  } else if (!common.quiet) {
    std::printf("%s: %s\n", path.c_str(), check ? difference.c_str() : "written anew");
    for (const std::string& change : rewritten.changes) std::printf("  %s\n", change.c_str());
    if (!rewritten.left.empty()) std::printf("  %s\n", rewritten.left.c_str());
  }
}

}  // namespace

ExitCode rewrite_recipes(const std::vector<std::string>& paths, bool check, const CommonOptions& common,
                         const std::string& command, const std::string& difference,
                         const std::function<Rewritten(const std::string&, const std::string&)>& rewrite) {
  Diagnostics mistakes;
  ExitCode code = ExitCode::ok;
  for (const std::string& path : paths) {
    try {
      const bool standard = path == "-";
      if (!standard && !exists(path)) {
        throw UserError(ExitCode::recipe, "no-recipe", path, "there is no such recipe",
                        "give the path of a recipe in TOML");
      }
      const std::string text = read_text(path, ExitCode::recipe, models::largest_recipe);
      const Rewritten rewritten = rewrite(standard ? "standard input" : path, text);
      const bool differs = rewritten.text != text;
      if (differs && check) code = ExitCode::not_met;
      if (standard && !check) std::fwrite(rewritten.text.data(), 1, rewritten.text.size(), stdout);
      else if (differs && !check) rewrite_file(path, rewritten.text);
      if (differs && (!standard || check)) report(path, rewritten, check, common, command, difference);
    } catch (const UserError& error) {
      if (error.code() != ExitCode::recipe) throw;
      mistakes.add(error.diagnostics());
    }
  }
  mistakes.throw_if_errors(ExitCode::recipe);
  return code;
}

}  // namespace dltrain::app
