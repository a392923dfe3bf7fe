#include "models/recipe/difference.h"

#include <algorithm>
#include <map>

#include "models/recipe/canonical.h"
#include "models/recipe/parse.h"

namespace dltrain::models {

namespace {

using Flat = std::vector<std::pair<std::string, std::string>>;  // path, value, in the order of the recipe

void flatten(const std::string& path, const Setting& value, Flat& flat) {
  if (const Table* table = value.table(); table != nullptr) {
    for (const Table::Entry& entry : table->entries())
      flatten(path.empty() ? entry.key : path + "." + entry.key, entry.value, flat);
    return;
  }
  const List* list = value.list();
  const bool layers = path == "model.layers";
  if (list == nullptr || (!layers && path != "callbacks")) {
    flat.emplace_back(path, value.toml());
    return;
  }
  for (size_t i = 0; i < list->size(); ++i) {
    const Table* table = (*list)[i].table();
    const Setting* name = table != nullptr ? table->find(layers ? "name" : "type") : nullptr;
    flatten((layers ? "layers." : "callbacks.") +
                (name != nullptr && name->text() != nullptr ? *name->text() : std::to_string(i)),
            (*list)[i], flat);
  }
}

Flat flat_of(const Spec& spec) {
  Flat flat;
  flatten("", Setting(parse_recipe(spec.name, canonical_toml(spec)).table), flat);
  return flat;
}

}  // namespace

std::vector<std::string> differences(const Spec& before, const Spec& now) {
  const Flat old_flat = flat_of(before), new_flat = flat_of(now);
  const std::map<std::string, std::string> old_values(old_flat.begin(), old_flat.end()),
      new_values(new_flat.begin(), new_flat.end());
  std::vector<std::string> found;
  for (const auto& [path, value] : new_flat) {
    const auto old = old_values.find(path);
    if (old == old_values.end()) found.push_back(path + ": " + value + ", was not there");
    else if (old->second != value) found.push_back(path + ": " + value + ", was " + old->second);
  }
  for (const auto& [path, value] : old_flat) {
    if (!new_values.contains(path)) found.push_back(path + ": gone, was " + value);
  }
  return found;
}

}  // namespace dltrain::models
