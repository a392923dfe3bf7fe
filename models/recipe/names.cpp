#include "models/recipe/names.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "models/zoo/zoo.h"

namespace dltrain::models {

namespace {

const std::string* text_at(const Setting& layer, const char* key) {
  const Setting* value = layer.table() != nullptr ? layer.table()->find(key) : nullptr;
  return value != nullptr ? value->text() : nullptr;
}

std::string base_name(const Setting& layer) {
  const std::string* type = layer.text() != nullptr ? layer.text() : text_at(layer, "type");
  if (type == nullptr) return "layer";
  if (*type == "Input" || *type == "InputLayer") return "input_layer";
  if (type->starts_with(zoo::prefix) && type->size() > zoo::prefix.size()) return type->substr(zoo::prefix.size());
  const std::string name = snake_case(*type);
  return name.empty() ? "layer" : name;
}

}  // namespace

std::vector<std::string> layer_names(const List& layers) {
  std::set<std::string> taken;
  for (const Setting& layer : layers) {
    const std::string* name = text_at(layer, "name");
    if (name == nullptr) continue;
    taken.insert(*name);
    for (int64_t copy = 1; copy < repeats_of(layer); ++copy) taken.insert(*name + "_" + std::to_string(copy));
  }
  std::map<std::string, int> counts;
  std::map<std::string, int> calls;
  const auto next_free = [&](const std::string& base) {
    while (true) {
      const int count = counts[base]++;
      const std::string name = count == 0 ? base : base + "_" + std::to_string(count);
      if (taken.insert(name).second) return name;
    }
  };
  std::vector<std::string> names;
  for (const Setting& layer : layers) {
    const std::string* given = text_at(layer, "name");
    const std::string* reuse = text_at(layer, "reuse");
    const int call = reuse != nullptr ? ++calls[*reuse] + 1 : 1;
    if (given != nullptr) names.push_back(*given);
    else if (reuse != nullptr) names.push_back(*reuse + "@" + std::to_string(call));
    else names.push_back(next_free(base_name(layer)));
    for (int64_t copy = 1; given == nullptr && copy < repeats_of(layer); ++copy) next_free(base_name(layer));
  }
  return names;
}

bool has_repeat(const Setting& layer) {
  const Setting* repeat = layer.table() != nullptr ? layer.table()->find("repeat") : nullptr;
  const int64_t* times = repeat != nullptr ? repeat->integer() : nullptr;
  return times != nullptr && *times >= 1 && *times <= 10'000;
}

int64_t repeats_of(const Setting& layer) { return has_repeat(layer) ? *layer.table()->at("repeat").integer() : 1; }

std::string complaint_about_name(const std::string& name) {
  if (name.empty()) return "is empty";
  if (name.size() > 200) return "is longer than 200 bytes";
  if (name.starts_with('/') || name.ends_with('/') || name.find("//") != std::string::npos)
    return "has a \"/\" with nothing before or behind it";
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return control ? "contains a control character" : "";
}

}  // namespace dltrain::models
