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

FieldRules& FieldRules::formerly(std::string name) {
  field_.former_names.push_back(std::move(name));
  return *this;
}

FieldRules& FieldRules::one_of(std::vector<std::string> names) {
  field_.choices = std::move(names);
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

std::vector<const Schema*> Catalogue::everywhere(const std::string& name) const {
  std::vector<const Schema*> found;
  for (const auto& [family, kinds] : schemas_) {
    if (const Schema* schema = find(family, name)) found.push_back(schema);
  }
  return found;
}

void suggest(Diagnostic& diagnostic, std::string_view given, const std::vector<std::string>& names,
             const std::string& more) {
  if (const auto near = nearest(given, names)) diagnostic.hint = "did you mean \"" + *near + "\"?";
  constexpr size_t most = 24;
  const std::span<const std::string> shown(names.data(), std::min(names.size(), most));
  diagnostic.known = join(shown, ", ");
  if (names.size() > most) diagnostic.known += ", ...";
  if (!more.empty()) diagnostic.known += " (" + more + ")";
}

namespace {

// Reads one table by one schema; a class because five functions share what they read and where they report.
class FieldReader : public FieldReport {
 public:
  FieldReader(const Catalogue& catalogue, const Schema& schema, const Table& given, std::string who,
              Diagnostics& diagnostics)
      : catalogue_(catalogue), schema_(schema), given_(given), who_(std::move(who)), diagnostics_(diagnostics) {}

  Table read(const std::vector<std::string>& ignored) {
    const size_t before = diagnostics_.error_count();
    for (const Table::Entry& entry : given_.entries()) {
      const bool skip = std::find(ignored.begin(), ignored.end(), entry.key) != ignored.end();
      if (!skip && schema_.find(entry.key) == nullptr) unknown_key(entry);
    }
    Table canonical;
    for (const Field& field : schema_.fields) canonical.set(field.name, read_field(field), given_.key_place(field.name));
    if (schema_.check && diagnostics_.error_count() == before) schema_.check(canonical, *this);
    return canonical;
  }

  void error(std::string_view field, std::string what, std::string help) override {
    const Setting* value = given_.find(field);
    Diagnostic& d = diagnostics_.error("rule", value != nullptr ? value->place() : place_, who_, std::move(what));
    d.help = std::move(help);
  }

  void set_place(Place place) { place_ = std::move(place); }

 private:
  void unknown_key(const Table::Entry& entry) {
    for (const Field& field : schema_.fields) {
      for (const std::string& former : field.former_names) {
        if (former != entry.key) continue;
        diagnostics_.error("renamed-key", entry.key_place, who_, "the key \"" + former + "\" has another name now").hint =
            "write \"" + field.name + "\"";
        return;
      }
    }
    std::vector<std::string> names;
    for (const Field& field : schema_.fields) names.push_back(field.name);
    Diagnostic& d = diagnostics_.error("unknown-key", entry.key_place, who_, "there is no key \"" + entry.key + "\"");
    suggest(d, entry.key, names, "dltrain explain " + schema_.kind);
    if (names.empty()) d.known = "no keys";
  }

  Setting read_field(const Field& field) {
    const Setting* given = given_.find(field.name);
    if (given != nullptr && !given->is_none()) return read_given(field, *given);
    if (field.required) {
      Diagnostic& d = diagnostics_.error("missing-key", place_, who_, "the key \"" + field.name + "\" is missing");
      d.help = "add " + field.name + " = ... (" + field.type_text + "): " + field.doc;
      return {};
    }
    if (field.default_value.is_none() || field.family.empty()) return field.default_value;
    return read_components(field, field.default_value);  // short forms of components are written out
  }

  Setting read_given(const Field& field, const Setting& given) {
    if (!field.normalise) return read_components(field, given);
    Setting canonical;
    const std::string complaint = field.normalise(given, canonical);
    if (!complaint.empty()) {
      wrong_type(field, given, complaint);
      return {};
    }
    check_choice(field, canonical);
    check_rules(field, canonical, canonical);
    return canonical;
  }

  void wrong_type(const Field& field, const Setting& given, const std::string& complaint) {
    const size_t remedy = complaint.find("; ");
    Diagnostic& d = diagnostics_.error("wrong-type", given.place(), who_,
                                       field.name + " " + complaint.substr(0, remedy) + " (was " + given.toml() + ", " +
                                           given.type_text() + ")");
    if (remedy != std::string::npos) d.hint = complaint.substr(remedy + 2);
  }

  void check_choice(const Field& field, const Setting& canonical) {
    if (field.choices.empty() || canonical.text() == nullptr) return;
    const std::string& name = *canonical.text();
    if (std::find(field.choices.begin(), field.choices.end(), name) != field.choices.end()) return;
    suggest(diagnostics_.error("unknown-value", canonical.place(), who_, field.name + " " + quote(name) + " is not known"),
            name, field.choices);
  }

  void check_rules(const Field& field, const Setting& whole, const Setting& value) {
    if (value.list() != nullptr) {
      for (const Setting& element : *value.list()) check_rules(field, whole, element);
      return;
    }
    if (value.integer() == nullptr && value.real() == nullptr) return;
    const double number = value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.real();
    for (const Rule& rule : field.rules) {
      if (rule.holds(number)) continue;
      diagnostics_.error("out-of-range", value.place().known() ? value.place() : whole.place(), who_,
                         field.name + " must be " + rule.text() + " (was " + value.toml() + ")");
      return;
    }
  }

  Setting read_components(const Field& field, const Setting& given) {
    if (field.type == FieldType::real_or_component && given.text() == nullptr && given.table() == nullptr) {
      Setting canonical;
      if (const std::string complaint = Converter<double>::normalise(given, canonical); !complaint.empty()) {
        wrong_type(field, given, complaint);
        return {};
      }
      check_rules(field, canonical, canonical);
      return canonical;
    }
    if (field.type == FieldType::real_or_component && given.text() != nullptr) {
      Setting canonical;
      if (Converter<double>::normalise(given, canonical).empty()) return canonical;
    }
    if (field.type != FieldType::components) {
      const auto component = read_component(catalogue_, field.family, given, who_, diagnostics_);
      return component ? component->setting() : Setting();
    }
    List list;
    const List one = {given};
    for (const Setting& element : given.list() != nullptr ? *given.list() : one) {
      if (const auto component = read_component(catalogue_, field.family, element, who_, diagnostics_)) {
        list.push_back(component->setting());
      }
    }
    return {std::move(list), given.place()};
  }

  const Catalogue& catalogue_;
  const Schema& schema_;
  const Table& given_;
  std::string who_;
  Diagnostics& diagnostics_;
  Place place_;
};

}  // namespace

Table read_fields(const Catalogue& catalogue, const Schema& schema, const Table& given, const std::string& who,
                  const std::vector<std::string>& ignored, Diagnostics& diagnostics) {
  FieldReader reader(catalogue, schema, given, who, diagnostics);
  if (const Setting* type = given.find("type")) reader.set_place(type->place());
  else if (!given.entries().empty()) reader.set_place(given.entries().front().key_place);
  return reader.read(ignored);
}

std::optional<Component> read_component(const Catalogue& catalogue, const std::string& family, const Setting& given,
                                        const std::string& who, Diagnostics& diagnostics) {
  const Setting* type = given.table() != nullptr ? given.table()->find("type") : &given;
  if (type == nullptr) {
    diagnostics.error("missing-key", given.place(), who, "the " + family + " has no \"type\"").help =
        "write { type = \"...\", ... } with one of: " + join(catalogue.kinds(family), ", ");
    return std::nullopt;
  }
  if (type->text() == nullptr) {
    diagnostics.error("wrong-type", type->place(), who,
                      "a " + family + " is named by a text or a table with \"type\" (was " + type->toml() + ", " +
                          type->type_text() + ")");
    return std::nullopt;
  }
  const Schema* schema = catalogue.find(family, *type->text());
  if (schema == nullptr) {
    Diagnostic& d = diagnostics.error("unknown-value", type->place(), who, family + " " + quote(*type->text()) + " is not known");
    suggest(d, *type->text(), catalogue.names(family), "dltrain list " + family);
    return std::nullopt;
  }
  const size_t before = diagnostics.error_count();
  static const Table nothing;
  const Table& table = given.table() != nullptr ? *given.table() : nothing;
  FieldReader reader(catalogue, *schema, table, who.empty() ? family + " " + schema->kind : who, diagnostics);
  reader.set_place(type->place());
  Component component{family, schema->kind, reader.read({"type"}), given.place()};
  if (diagnostics.error_count() > before) return std::nullopt;
  return component;
}

}  // namespace dltrain
