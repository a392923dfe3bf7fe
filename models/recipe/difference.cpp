#include "models/recipe/difference.h"

#include <algorithm>
#include <map>

#include "models/recipe/canonical.h"
#include "models/recipe/parse.h"
#include "models/recipe/same_layers.h"

namespace dltrain::models {

namespace {

using Flat = std::vector<std::pair<std::string, std::string>>;  // path, value, in the order of the recipe
using Names = std::map<std::string, std::string>;                // of layers

// A recipe as lines of path and value.
class Flattener {
 public:
  // `names`: what layers are called; others keep theirs.
  explicit Flattener(const Names& names) : names_(names) {}

  Flat flatten(const Spec& spec) {
    add("", Setting(parse_recipe(spec.name, canonical_toml(spec)).table));
    return std::move(flat_);
  }

 private:
  void add(const std::string& path, const Setting& value) {
    if (const Table* table = value.table(); table != nullptr) {
      if (is_component(path, *table)) {
        flat_.emplace_back(path, table->at("type").toml());
        for (const Table::Entry& entry : table->entries())
          if (entry.key != "type") add(path + "." + entry.key, entry.value);
        return;
      }
      for (const Table::Entry& entry : table->entries())
        add(path.empty() ? entry.key : path + "." + entry.key, entry.value);
      return;
    }
    const bool layers = path == "model.layers";
    const List* list = value.list();
    if (list == nullptr || (!layers && path != "callbacks" && path != "expect")) {
      flat_.emplace_back(path, value.toml());
      return;
    }
    for (size_t i = 0; i < list->size(); ++i) {
      Setting element = (*list)[i];
      const Setting* name = element.table() != nullptr ? element.table()->find(layers ? "name" : "type") : nullptr;
      std::string place = name != nullptr && name->text() != nullptr ? *name->text() : std::to_string(i);
      if (layers) rename(element);
      if (layers) place = called(place);
      add((layers ? "layers." : path + ".") + place, element);
    }
  }

  // A component in the place of a value: its type is what stands there, as where nothing else is said of it. Sections and
  // elements of lists are none.
  static bool is_component(const std::string& path, const Table& table) {
    const Setting* type = table.find("type");
    return type != nullptr && type->text() != nullptr && !path.starts_with("data") && !path.starts_with("callbacks") &&
           !(path.starts_with("layers.") && table.contains("name"));
  }

  std::string called(const std::string& name) const {
    const auto known = names_.find(name);
    return known == names_.end() ? name : known->second;
  }

  // The names in a layer that are those of layers.
  void rename(Setting& layer) const {
    for (const char* key : {"inputs", "reuse", "name"}) {
      Setting* value = layer.table() != nullptr ? layer.table()->find(key) : nullptr;
      if (value == nullptr) continue;
      if (value->text() != nullptr) *value = called(*value->text());
      if (value->list() == nullptr) continue;
      for (Setting& each : *value->list()) {
        if (each.text() != nullptr) each = called(*each.text());
      }
    }
  }

  const Names& names_;
  Flat flat_;
};

std::vector<Difference> compare(const Flat& before, const Flat& now) {
  const std::map<std::string, std::string> old_values(before.begin(), before.end()), new_values(now.begin(), now.end());
  std::vector<Difference> found;
  for (const auto& [path, value] : now) {
    const auto old = old_values.find(path);
    if (old == old_values.end()) found.push_back({path, "", value});
    else if (old->second != value) found.push_back({path, old->second, value});
  }
  for (const auto& [path, value] : before) {
    if (!new_values.contains(path)) found.push_back({path, value, ""});
  }
  return found;
}

// "layers.conv" of "layers.conv.filters"; empty where the path is not that of a key of a layer. Names may hold dots.
std::string layer_path(const std::string& path, const std::vector<std::string>& layers) {
  for (const std::string& name : layers) {
    if (path.starts_with("layers." + name + ".")) return "layers." + name;
  }
  return {};
}

// Layers that only one of them has become one difference each.
std::vector<Difference> with_whole_layers(const std::vector<Difference>& keys, const std::vector<LayerSpec>& only,
                                          bool is_new) {
  std::vector<std::string> names;
  for (const LayerSpec& layer : only) names.push_back(layer.name);
  std::vector<Difference> found;
  for (const Difference& each : keys) {
    const std::string layer = layer_path(each.path, names);
    if (layer.empty() || (is_new ? each.before : each.now) != "") {
      found.push_back(each);
    } else if (each.path == layer + ".type" || each.path == layer + ".reuse") {
      found.push_back({layer, each.before, each.now});
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> differences(const Spec& before, const Spec& now) {
  const Names own_names;
  std::vector<std::string> lines;
  for (const Difference& each : compare(Flattener(own_names).flatten(before), Flattener(own_names).flatten(now))) {
    if (each.before.empty()) lines.push_back(each.path + ": " + each.now + ", was not there");
    else if (each.now.empty()) lines.push_back(each.path + ": gone, was " + each.before);
    else lines.push_back(each.path + ": " + each.now + ", was " + each.before);
  }
  return lines;
}

std::vector<Difference> differences_in_meaning(const Spec& before, const Spec& now) {
  const Names same = same_layers(before.model, now.model);
  Names called = same;
  std::vector<LayerSpec> gone, added;
  for (const LayerSpec& layer : before.model.layers) {
    if (same.contains(layer.name)) continue;
    // Two layers cannot share a name: one that is gone steps back.
    const bool taken = std::any_of(now.model.layers.begin(), now.model.layers.end(),
                                   [&](const LayerSpec& l) { return l.name == layer.name; });
    if (taken) called.emplace(layer.name, layer.name + " (before)");
    gone.push_back(layer);
    gone.back().name = taken ? layer.name + " (before)" : layer.name;
  }
  for (const LayerSpec& layer : now.model.layers) {
    const bool known =
        std::any_of(same.begin(), same.end(), [&](const auto& pair) { return pair.second == layer.name; });
    if (!known) added.push_back(layer);
  }
  const Names nothing;
  std::vector<Difference> found = compare(Flattener(called).flatten(before), Flattener(nothing).flatten(now));
  return with_whole_layers(with_whole_layers(found, added, true), gone, false);
}

}  // namespace dltrain::models
