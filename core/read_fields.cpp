#include "core/read_fields.h"

#include <algorithm>
#include <set>
#include <span>

#include "core/convert.h"
#include "core/text.h"

namespace dltrain {

namespace {

// "mixed_float16" for "float16", unless another name ends so too.
std::optional<std::string> only_one_ending_with(std::string_view given, const std::vector<std::string>& names) {
  std::optional<std::string> found;
  for (const std::string& name : names) {
    if (given.empty() || !name.ends_with("_" + std::string(given))) continue;
    if (found) return std::nullopt;
    found = name;
  }
  return found;
}

}  // namespace

void suggest(Diagnostic& diagnostic, std::string_view given, const std::vector<std::string>& names,
             const std::string& more) {
  const auto longer = only_one_ending_with(given, names);
  if (const auto near = longer ? longer : nearest(given, names)) diagnostic.hint = "did you mean \"" + *near + "\"?";
  constexpr size_t most = 24;
  const std::span<const std::string> shown(names.data(), std::min(names.size(), most));
  diagnostic.known = join(shown, ", ");
  if (names.size() > most) diagnostic.known += ", ...";
  if (!more.empty()) diagnostic.known += " (" + more + ")";
}

void suggest_kind(Diagnostic& diagnostic, std::string_view given, const Catalogue& catalogue,
                  const std::string& family) {
  suggest(diagnostic, "", catalogue.kinds(family), "dltrain list " + family);
  if (const auto near = nearest(given, catalogue.names(family))) diagnostic.hint = "did you mean \"" + *near + "\"?";
}

bool report_misspelt_type(const Table& given, const std::string& who, Diagnostics& diagnostics) {
  const std::vector<std::string> wanted = {"type"};
  const auto found = std::find_if(given.entries().begin(), given.entries().end(), [&](const Table::Entry& entry) {
    return entry.value.text() != nullptr && nearest(entry.key, wanted);
  });
  if (found == given.entries().end()) return false;
  diagnostics.error("unknown-key", found->key_place, who, "there is no key " + quote(found->key)).hint =
      "did you mean \"type\"?";
  return true;
}

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Reads one table by one schema; a class because its functions share what they read and where they report.
class FieldReader : public FieldReport {
 public:
  FieldReader(const Catalogue& catalogue, const Schema& schema, const Table& given, std::string who, Place place,
              Diagnostics& diagnostics)
      : catalogue_(catalogue),
        schema_(schema),
        given_(given),
        who_(std::move(who)),
        place_(std::move(place)),
        diagnostics_(diagnostics) {}

  Table read(const std::vector<std::string>& ignored) {
    const size_t before = diagnostics_.error_count();
    report_unknown_keys(ignored);
    Table canonical;
    for (const Field& field : schema_.fields) {
      Setting value = contains(ignored, field.name) ? default_of(field) : read_field(field);
      canonical.set(field.name, std::move(value), given_.key_place(field.name));
    }
    if (schema_.check && diagnostics_.error_count() == before) schema_.check(canonical, *this);
    return canonical;
  }

  void error(std::string_view field, std::string what, std::string help) override {
    const Setting* value = given_.find(field);
    Diagnostic& d =
        diagnostics_.error("contradiction", value != nullptr ? value->place() : place_, who_, std::move(what));
    d.help = std::move(help);
  }

  void missing_key(std::string_view key, std::string help) override {
    diagnostics_.error("missing-key", place_, who_, "the key \"" + std::string(key) + "\" is missing").help =
        std::move(help);
  }

 private:
  void report_unknown_keys(const std::vector<std::string>& ignored) {
    constexpr size_t most = 20;  // nobody reads more, and a hostile table may have a hundred thousand
    size_t count = 0;
    for (const Table::Entry& entry : given_.entries()) {
      if (contains(ignored, entry.key) || schema_.find(entry.key) != nullptr) continue;
      if (++count <= most) unknown_key(entry, count == 1);
    }
    if (count > most) {
      diagnostics_.error("unknown-key", place_, who_, std::to_string(count - most) + " more keys are not known");
    }
  }

  // The names that are known are listed once in a table.
  void unknown_key(const Table::Entry& entry, bool list_names) {
    std::vector<std::string> names;
    for (const Field& field : schema_.fields) {
      names.push_back(field.name);
      if (!contains(field.former_names, entry.key)) continue;
      diagnostics_.error("renamed-key", entry.key_place, who_, "the key " + quote(entry.key) + " has another name now")
          .hint = "write \"" + field.name + "\"";
      misspelt_.insert(field.name);
      return;
    }
    Diagnostic& d = diagnostics_.error("unknown-key", entry.key_place, who_, "there is no key " + quote(entry.key));
    suggest(d, entry.key, names, "dltrain explain " + schema_.kind);
    if (names.empty()) d.known = "no keys";
    if (!list_names) d.known.clear();
    if (const auto meant = nearest(entry.key, names)) misspelt_.insert(*meant);
  }

  Setting read_field(const Field& field) {
    const Setting* given = given_.find(field.name);
    if (given != nullptr && !given->is_none()) return read_given(field, *given);
    if (field.required) {
      if (!misspelt_.contains(field.name)) missing_key(field);
      return {};
    }
    return default_of(field);
  }

  void missing_key(const Field& field) {
    Diagnostic& d = diagnostics_.error("missing-key", place_, who_, "the key \"" + field.name + "\" is missing");
    const std::string type = field.type == FieldType::other ? "" : " (" + field.type_text + ")";
    d.help = "add " + field.name + " = ..." + type + ": " + field.doc;
  }

  // Short forms of components are written out with their own defaults.
  Setting default_of(const Field& field) {
    if (field.default_value.is_none() || field.family.empty()) return field.default_value;
    Diagnostics ours;
    const Setting canonical = read_components(field, field.default_value, ours);
    if (ours.has_errors()) {
      throw Bug("the default of " + schema_.kind + "." + field.name + " is not valid: " + ours.list().front().what);
    }
    return canonical;
  }

  Setting read_given(const Field& field, const Setting& given) {
    if (!field.normalise) return read_components(field, given, diagnostics_);
    Setting canonical;
    const std::string complaint = field.normalise(given, canonical);
    if (!complaint.empty()) {
      wrong_type(field, given, complaint, diagnostics_);
      return {};
    }
    if (!check_choice(field, canonical) || !check_rules(field, given, canonical)) return {};
    return check_complaint(field, canonical) ? canonical : Setting();
  }

  void wrong_type(const Field& field, const Setting& given, const std::string& complaint, Diagnostics& diagnostics) {
    const size_t remedy = complaint.find("; ");
    Diagnostic& d = diagnostics.error(
        "wrong-type", given.place(), who_,
        field.name + " " + complaint.substr(0, remedy) + " (was " + brief(given) + ", " + given.type_text() + ")");
    if (remedy != std::string::npos) d.hint = complaint.substr(remedy + 2);
  }

  bool check_choice(const Field& field, const Setting& canonical) {
    if (field.choices.empty() || canonical.text() == nullptr) return true;
    const std::string& name = *canonical.text();
    if (contains(field.choices, name)) return true;
    Diagnostic& d =
        diagnostics_.error("unknown-value", canonical.place(), who_, field.name + " " + quote(name) + " is not known");
    suggest(d, name, field.choices);
    return false;
  }

  bool check_complaint(const Field& field, const Setting& canonical) {
    const std::string complaint = field.complaint ? field.complaint(canonical) : "";
    if (complaint.empty()) return true;
    const size_t remedy = complaint.find("; ");
    Diagnostic& d = diagnostics_.error("unknown-value", canonical.place(), who_,
                                       field.name + " " + brief(canonical) + " " + complaint.substr(0, remedy));
    if (remedy != std::string::npos) d.hint = complaint.substr(remedy + 2);
    return false;
  }

  // `given` is what the recipe says, `value` its canonical form or an element of that.
  bool check_rules(const Field& field, const Setting& given, const Setting& value) {
    if (value.list() != nullptr) {
      return std::all_of(value.list()->begin(), value.list()->end(),
                         [&](const Setting& element) { return check_rules(field, given, element); });
    }
    if (value.integer() == nullptr && value.real() == nullptr) return true;
    const double number = value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.real();
    for (const Rule& rule : field.rules) {
      if (rule.holds(number)) continue;
      const Setting& shown = given.list() == nullptr ? given : value;
      diagnostics_.error("out-of-range", shown.place(), who_,
                         field.name + " must be " + rule.text() + " (was " + shown.toml() + ")");
      return false;
    }
    return true;
  }

  // Components, lists of them, and numbers that a component may stand for.
  Setting read_components(const Field& field, const Setting& given, Diagnostics& diagnostics) {
    if (field.type == FieldType::real_or_component) {
      Setting canonical;
      const std::string complaint = Converter<double>::normalise(given, canonical);
      if (complaint.empty()) return check_rules(field, given, canonical) ? canonical : Setting();
      if (given.text() == nullptr && given.table() == nullptr) {
        wrong_type(field, given, complaint, diagnostics);
        return {};
      }
    }
    if (field.type != FieldType::components) {
      const std::string* by_default = field.default_value.text();
      const auto component = read_component(catalogue_, field.family, given, who_, diagnostics, field.name,
                                            by_default != nullptr ? *by_default : "");
      return component ? component->setting() : Setting();
    }
    List list;
    const List one = {given};
    for (const Setting& element : given.list() != nullptr ? *given.list() : one) {
      const auto component = read_component(catalogue_, field.family, element, who_, diagnostics, field.name);
      if (component) list.push_back(component->setting());
    }
    return {std::move(list), given.place()};
  }

  static std::string brief(const Setting& given) {
    constexpr size_t longest = 60;
    const std::string text = given.toml();
    return text.size() <= longest ? text : utf8_prefix(text, longest) + "...";
  }

  const Catalogue& catalogue_;
  const Schema& schema_;
  const Table& given_;
  std::string who_;
  Place place_;
  Diagnostics& diagnostics_;
  std::set<std::string> misspelt_;  // fields that an unknown key was meant for: these are not reported as missing
};

// What stands at "type", or the text itself; null, and reported, if there is no such text.
const Setting* type_of(const Catalogue& catalogue, const std::string& family, const std::string& label,
                       const std::string& by_default, const Setting& given, const std::string& who,
                       Diagnostics& diagnostics) {
  const Setting* type = given.table() != nullptr ? given.table()->find("type") : &given;
  if (type == nullptr && report_misspelt_type(*given.table(), who, diagnostics)) return nullptr;
  if (type == nullptr) {
    Diagnostic& d = diagnostics.error("missing-key", given.place(), who, "the table of " + label + " has no \"type\"");
    d.help = by_default.empty() ? "write { type = \"...\", ... }"
                                : "write { type = " + quote(by_default) + ", ... } for what it is by default";
    suggest_kind(d, "", catalogue, family);
    return nullptr;
  }
  if (type->text() != nullptr) return type;
  diagnostics.error("wrong-type", type->place(), who,
                    label + " must be a name in quotes, or a table with \"type\" (was " + type->toml() + ", " +
                        type->type_text() + ")");
  return nullptr;
}

void unknown_type(const Catalogue& catalogue, const std::string& family, const std::string& label, const Setting& type,
                  const std::string& who, Diagnostics& diagnostics) {
  const std::string& name = *type.text();
  const bool planned = catalogue.planned(family, name);
  Diagnostic& d = diagnostics.error(planned ? Code("not-available") : Code("unknown-type"), type.place(), who,
                                    label + " " + quote(name) + (planned ? " is not available yet" : " is not known"));
  suggest_kind(d, planned ? "" : name, catalogue, family);
}

}  // namespace

Table read_fields(const Catalogue& catalogue, const Schema& schema, const Table& given, const std::string& who,
                  const std::vector<std::string>& ignored, const Place& place, Diagnostics& diagnostics) {
  return FieldReader(catalogue, schema, given, who, place, diagnostics).read(ignored);
}

std::optional<Component> read_component(const Catalogue& catalogue, const std::string& family, const Setting& given,
                                        const std::string& who, Diagnostics& diagnostics, const std::string& label,
                                        const std::string& by_default) {
  const std::string& called = label.empty() ? family : label;
  const Setting* type = type_of(catalogue, family, called, by_default, given, who, diagnostics);
  if (type == nullptr) return std::nullopt;
  const Schema* schema = catalogue.find(family, *type->text());
  if (schema == nullptr) {
    unknown_type(catalogue, family, called, *type, who, diagnostics);
    return std::nullopt;
  }
  const size_t before = diagnostics.error_count();
  static const Table nothing;
  const Table& table = given.table() != nullptr ? *given.table() : nothing;
  const std::string inner = (who.empty() ? "" : who + ": ") + called + " " + schema->kind;
  FieldReader reader(catalogue, *schema, table, inner, type->place(), diagnostics);
  Component component{family, schema->kind, reader.read({"type"}), given.place()};
  if (diagnostics.error_count() > before) return std::nullopt;
  return component;
}

}  // namespace dltrain
