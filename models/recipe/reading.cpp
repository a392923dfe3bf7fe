#include "models/recipe/reading.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

const Table* Reading::section(const std::string& name) {
  const Setting* found = recipe.table.find(name);
  if (found == nullptr || found->table() != nullptr) return found == nullptr ? nullptr : found->table();
  Diagnostic& d =
      diagnostics.error("wrong-type", found->list() != nullptr ? recipe.table.key_place(name) : found->place(), "",
                        "[" + name + "] must be a section (was " + found->type_text() + ")");
  d.help = found->list() != nullptr ? "there is one [" + name + "] in a recipe, with single brackets"
                                    : "write [" + name + "] on a line of its own, and its keys below";
  return nullptr;
}

bool Reading::lacks(const std::string& name) const {
  return !recipe.table.contains(name) && std::find(misspelt.begin(), misspelt.end(), name) == misspelt.end();
}

bool Reading::is_in_missing_part(const std::string& layer) const {
  return std::any_of(missing_parts.begin(), missing_parts.end(),
                     [&](const std::string& part) { return layer == part || layer.starts_with(part + "/"); });
}

Place Reading::section_place(const std::string& name) const {
  const Place place = recipe.table.key_place(name);
  return place.known() ? place : whole();
}

namespace {

// The section that has a key of this name; empty if none has.
std::string home_of(const std::string& key, const std::string& here) {
  const std::array homes = {make_schema<TopSection>("section"), make_schema<RunSpec>("section"),
                            make_schema<ModelSection>("section"), make_schema<TrainSection>("section")};
  for (const Schema& schema : homes) {
    if (schema.kind != here && schema.find(key) != nullptr) {
      return schema.kind == "recipe" ? "above the first section" : "in [" + schema.kind + "]";
    }
  }
  return {};
}

}  // namespace

void Reading::report_misplaced(const Schema& schema, const std::string& section, const Table& given,
                               const std::string& who, std::vector<std::string>& ignored) {
  size_t count = 0;
  for (const Table::Entry& entry : given.entries()) {
    const bool left = std::find(ignored.begin(), ignored.end(), entry.key) != ignored.end();
    if (left || schema.find(entry.key) != nullptr || ++count > 20) continue;
    if (report_later(diagnostics, section, entry, who)) {
      ignored.push_back(entry.key);
      continue;
    }
    std::string help = advice_about_key(section, entry.key);
    if (const std::string home = home_of(entry.key, section); help.empty() && !home.empty()) help = "write it " + home;
    if (help.empty()) continue;
    diagnostics.error("unknown-key", entry.key_place, who, "there is no key " + quote(entry.key)).help = help;
    ignored.push_back(entry.key);
  }
}

Table Reading::drop_wrong(Table canonical) {
  std::erase_if(canonical.entries(), [](const Table::Entry& entry) { return entry.value.is_none(); });
  return canonical;
}

}  // namespace dltrain::models
