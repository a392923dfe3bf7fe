#include "models/recipe/extends.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "models/recipe/join_tables.h"
#include "models/recipe/move_paths.h"

namespace dltrain::models {

namespace {

// Whether two paths name one file, however they are written, so that a circle is seen.
bool same_path(const std::string& a, const std::string& b) {
  return normal_path(absolute_path(a)) == normal_path(absolute_path(b));
}

[[noreturn]] void refuse(Code code, const Place& place, const std::string& what, const std::string& hint,
                         const std::string& help) {
  throw UserError(ExitCode::recipe, {{Severity::error, code, place, "", what, hint, "", help}});
}

// A recipe of the chain; `folder` is its own, as seen from that of the recipe that extends all others.
struct Level {
  Recipe recipe;
  std::string folder;
};

[[noreturn]] void refuse_missing(const Setting& extends, const std::string& path) {
  const std::string folder = parent_path(path).empty() ? "." : parent_path(path);
  std::vector<std::string> recipes;
  if (is_directory(folder)) {
    for (const std::string& name : list_directory(folder, ExitCode::recipe)) {
      if (name.ends_with(".toml")) recipes.push_back(name);
    }
  }
  std::erase(recipes, file_name(path));  // a link that leads nowhere
  const auto near = nearest(file_name(path), recipes);
  refuse("no-recipe", extends.place(),
         extends.text()->empty() ? "extends is empty" : "extends: there is no recipe " + path,
         near ? "did you mean " + quote(join_path(parent_path(*extends.text()), *near)) + "?" : "",
         "the path starts at the folder of the recipe that says it");
}

// What cannot be read at all has no place of its own.
Recipe load_base(const std::string& path, const Setting& extends, const std::shared_ptr<const Source>& extended_by) {
  try {
    return load_recipe(path, extended_by);
  } catch (const UserError& error) {
    std::vector<Diagnostic> said = error.diagnostics();
    for (Diagnostic& each : said) {
      if (!each.place.known()) each.place = extends.place();
    }
    throw UserError(error.code(), std::move(said));
  }
}

// The base of the last recipe of a chain, if it has one.
std::optional<Level> base_of(const std::vector<Level>& chain) {
  const Level& last = chain.back();
  const Setting* extends = last.recipe.table.find("extends");
  if (extends == nullptr) return std::nullopt;
  const Place& place = extends->place();
  if (extends->list() != nullptr)
    refuse("wrong-type", place, "extends must be a text (was a list)", "",
           "a recipe has one base; that base may extend another");
  if (extends->text() == nullptr)
    refuse("wrong-type", place, "extends must be a text (was " + extends->type_text() + ")", "",
           "write the path of a recipe: extends = \"base.toml\"");
  const std::string path = join_path(parent_path(last.recipe.path), *extends->text());
  for (const Level& each : chain) {
    if (!each.recipe.path.empty() && same_path(each.recipe.path, path)) {
      const bool itself = &each == &last;
      refuse("extends-circle", place,
             itself ? "the recipe extends itself" : "extends goes in a circle: " + path + " is reached again", "",
             "one of the recipes must stand on its own");
    }
  }
  if (chain.size() > most_bases)
    refuse("extends-depth", place, "more than " + std::to_string(most_bases) + " recipes extend one another", "",
           "join some of them");
  if (!exists(path)) refuse_missing(*extends, path);
  return Level{load_base(path, *extends, last.recipe.source), join_path(last.folder, parent_path(*extends->text()))};
}

}  // namespace

void resolve_extends(Recipe& recipe, const Catalogue& catalogue, Diagnostics& diagnostics) {
  if (!recipe.table.contains("extends")) return;
  std::vector<Level> chain = {{recipe, ""}};
  while (std::optional<Level> base = base_of(chain)) chain.push_back(std::move(*base));
  const std::string home = parent_path(recipe.path);
  Table joined;
  for (auto level = chain.rbegin(); level != chain.rend(); ++level) {
    Table& table = level->recipe.table;
    table.erase("extends");
    if (level + 1 != chain.rend()) table.erase("name");
    move_paths(table, joined, home, level->folder, catalogue);
    join_tables(joined, table, catalogue, diagnostics);
  }
  recipe.table = std::move(joined);
}

}  // namespace dltrain::models
