// What a component accepts, as plain data made from its `describe` (core/describe.h). One declaration gives reading
// with all diagnostics, defaults, documentation, JSON Schema, and the canonical form that checkpoints store.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/component.h"
#include "core/diagnostic.h"
#include "core/setting.h"

namespace dltrain {

enum class FieldType {
  boolean,
  integer,
  real,
  text,
  choice,
  integers,
  reals,
  texts,
  component,
  components,
  real_or_component,
  step_count,
  step_counts,
  other
};

// A bound on a number (on each one of a list).
struct Rule {
  enum class Kind {
    at_least,
    at_most,
    greater_than,
    less_than
  };
  Kind kind;
  double bound;

  bool holds(double value) const;
  std::string text() const;  // "at least 1", "less than 1"
};

// What of the values that Field::complaint lets pass a JSON Schema can say: a pattern of texts (ECMA 262), and the type of
// the numbers ("integer", "number") that may stand instead. Empty: none.
struct Grammar {
  std::string texts;
  std::string numbers;
};

struct Field {
  std::string name;
  std::string doc;
  FieldType type = FieldType::other;
  std::string type_text;  // for people: "integer", "1 or 2 integers"
  std::string family;  // of components
  bool required = false;
  bool optional = false;  // may be absent ("none")
  bool path = false;  // of a file or folder (texts, or tables of texts)
  Setting default_value;  // none where required or optional
  std::vector<Rule> rules;
  std::vector<std::string> choices;
  std::vector<std::string> former_names;
  // Brings a value into canonical form; returns what is wrong with it ("" if nothing), e.g. "must be an integer".
  // Not set for components: these are read through the catalogue.
  std::function<std::string(const Setting& given, Setting& canonical)> normalise;
  // A rule beyond types and bounds, in the same form as normalise: "is not known; write \"cuda\"". May be empty.
  std::function<std::string(const Setting& canonical)> complaint;
  Grammar grammar;
};

// Where a component's own check across fields puts its complaints.
class FieldReport {
 public:
  virtual ~FieldReport() = default;
  // "contradiction": values that exclude one another.
  virtual void error(std::string_view field, std::string what, std::string help = {}) = 0;
  virtual void missing_key(std::string_view key, std::string help) = 0;
};

struct Schema {
  std::string family;
  std::string kind;
  std::vector<std::string> aliases;  // Keras' snake-case names and the like
  std::string doc;
  std::vector<Field> fields;
  std::function<void(const Table& canonical, FieldReport&)> check;  // may be empty

  const Field* find(std::string_view name) const;
};

// Every kind of every family that a recipe can name. Filled by the program from all registries.
class Catalogue {
 public:
  void add(Schema schema);  // a Bug if the family has the name already

  // By kind or alias; null if unknown.
  const Schema* find(const std::string& family, const std::string& name) const;
  std::vector<std::string> families() const;
  std::vector<std::string> kinds(const std::string& family) const;  // sorted, without aliases
  std::vector<std::string> names(const std::string& family) const;  // sorted, with aliases
  // Families that have this kind or alias.
  std::vector<const Schema*> everywhere(const std::string& name) const;

  // Names of Keras that this version does not have: a recipe that uses one is told so instead of "not known".
  void plan(const std::string& family, const std::vector<std::string>& names);
  bool planned(const std::string& family, const std::string& name) const;

 private:
  std::map<std::string, std::map<std::string, Schema>> schemas_;
  std::map<std::string, std::map<std::string, std::string>> aliases_;
  std::map<std::string, std::set<std::string>> planned_;
};

}  // namespace dltrain
