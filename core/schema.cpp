#include "core/schema.h"

#include <algorithm>

#include "core/describe.h"
#include "core/text.h"

namespace dltrain {

bool Rule::holds(double value) const {
  switch (kind) {
    case Kind::at_least: return value >= bound;
    case Kind::at_most: return value <= bound;
    case Kind::greater_than: return value > bound;
    case Kind::less_than: return value < bound;
  }
  return false;
}

std::string Rule::text() const {
  constexpr const char* words[] = {"at least ", "at most ", "greater than ", "less than "};
  return words[static_cast<size_t>(kind)] + number_text(bound);
}

const Field* Schema::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

FieldRules& FieldRules::required() {
  field_.required = true;
  field_.default_value = {};
  return *this;
}

FieldRules& FieldRules::family(std::string name) {
  field_.family = std::move(name);
  return *this;
}

FieldRules& FieldRules::path() {
  field_.path = true;
  return *this;
}

FieldRules& FieldRules::formerly(std::string name) {
  field_.former_names.push_back(std::move(name));
  return *this;
}

FieldRules& FieldRules::one_of(std::vector<std::string> names) {
  field_.choices = std::move(names);
  return *this;
}

FieldRules& FieldRules::obeys(std::string (*complaint)(const Setting&), Grammar grammar) {
  field_.complaint = complaint;
  field_.grammar = std::move(grammar);
  return *this;
}

FieldRules& FieldRules::rule(Rule::Kind kind, double bound) {
  field_.rules.push_back({kind, bound});
  return *this;
}

void Catalogue::add(Schema schema) {
  auto& aliases = aliases_[schema.family];
  auto& kinds = schemas_[schema.family];
  const auto claim = [&](const std::string& name) {
    if (kinds.contains(name) || aliases.contains(name)) {
      throw Bug("the " + schema.family + " \"" + name + "\" is registered twice");
    }
  };
  claim(schema.kind);
  for (const std::string& alias : schema.aliases) {
    claim(alias);
    aliases[alias] = schema.kind;
  }
  const std::string kind = schema.kind;
  kinds.emplace(kind, std::move(schema));
}

const Schema* Catalogue::find(const std::string& family, const std::string& name) const {
  const auto kinds = schemas_.find(family);
  if (kinds == schemas_.end()) return nullptr;
  if (const auto found = kinds->second.find(name); found != kinds->second.end()) return &found->second;
  const auto& aliases = aliases_.at(family);
  const auto alias = aliases.find(name);
  return alias == aliases.end() ? nullptr : &kinds->second.at(alias->second);
}

std::vector<std::string> Catalogue::families() const {
  std::vector<std::string> names;
  for (const auto& [family, kinds] : schemas_) names.push_back(family);
  return names;
}

std::vector<std::string> Catalogue::kinds(const std::string& family) const {
  std::vector<std::string> names;
  const auto found = schemas_.find(family);
  if (found == schemas_.end()) return names;
  for (const auto& [kind, schema] : found->second) names.push_back(kind);
  return names;
}

std::vector<std::string> Catalogue::names(const std::string& family) const {
  std::vector<std::string> names = kinds(family);
  if (const auto found = aliases_.find(family); found != aliases_.end()) {
    for (const auto& [alias, kind] : found->second) names.push_back(alias);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Catalogue::plan(const std::string& family, const std::vector<std::string>& names) {
  planned_[family].insert(names.begin(), names.end());
}

bool Catalogue::planned(const std::string& family, const std::string& name) const {
  const auto found = planned_.find(family);
  return found != planned_.end() && found->second.contains(name) && find(family, name) == nullptr;
}

std::vector<const Schema*> Catalogue::everywhere(const std::string& name) const {
  std::vector<const Schema*> found;
  for (const auto& [family, kinds] : schemas_) {
    if (const Schema* schema = find(family, name)) found.push_back(schema);
  }
  return found;
}

}  // namespace dltrain
