// One declaration per parameter. A component is a struct with defaults as member initialisers and
//
//   static constexpr auto kind = "Dense";
//   static void describe(auto& d) {
//     d.doc("Fully connected layer ...");
//     d.param(&Dense::units, "units", "width of the output").required().at_least(1);
//   }
//   void check(FieldReport&) const;   // optional: rules across fields
//
// make_schema<T>() turns it into a Schema, read<T>() a canonical Component into a T.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "core/convert.h"
#include "core/schema.h"

namespace dltrain {

template <class M> struct is_optional : std::false_type {};
template <class M> struct is_optional<std::optional<M>> : std::true_type {};

template <class M> std::vector<std::string> choices_of() {
  std::vector<std::string> names;
  if constexpr (std::is_enum_v<M>) {
    for (const auto& entry : enum_names(M{})) names.emplace_back(entry.name);
  }
  return names;
}

// Adds rules to the field that `param` made.
class FieldRules {
 public:
  explicit FieldRules(Field& field) : field_(field) {}
  FieldRules& required();
  FieldRules& at_least(double bound) { return rule(Rule::Kind::at_least, bound); }
  FieldRules& at_most(double bound) { return rule(Rule::Kind::at_most, bound); }
  FieldRules& greater_than(double bound) { return rule(Rule::Kind::greater_than, bound); }
  FieldRules& less_than(double bound) { return rule(Rule::Kind::less_than, bound); }
  FieldRules& family(std::string name);           // of a component
  FieldRules& formerly(std::string name);         // a name of past versions
  FieldRules& path();                             // the value is the path of a file or folder
  FieldRules& one_of(std::vector<std::string> names);  // for texts
  FieldRules& obeys(std::string (*complaint)(const Setting&), Grammar grammar = {});  // see Field::complaint

 private:
  FieldRules& rule(Rule::Kind kind, double bound);
  Field& field_;
};

// The visitor that fills a Schema. Members may be those of a base of T: what several components share is a base.
template <class T> class SchemaVisitor {
 public:
  explicit SchemaVisitor(Schema& schema) : schema_(schema) {}
  void doc(std::string text) { schema_.doc = std::move(text); }
  void alias(std::string name) { schema_.aliases.push_back(std::move(name)); }

  template <class M, class B> FieldRules param(M B::* member, std::string name, std::string doc) {
    Field field;
    field.name = std::move(name);
    field.doc = std::move(doc);
    field.type = Converter<M>::type;
    field.type_text = Converter<M>::type_text();
    field.optional = is_optional<M>::value;
    field.default_value = Converter<M>::print(defaults_.*member);
    if constexpr (std::is_same_v<M, Component>) field.family = (defaults_.*member).family;
    if constexpr (is_optional<M>::value) {
      field.choices = choices_of<typename M::value_type>();
    } else {
      field.choices = choices_of<M>();
    }
    if constexpr (Converter<M>::type != FieldType::component && Converter<M>::type != FieldType::components &&
                  Converter<M>::type != FieldType::real_or_component) {
      field.normalise = &Converter<M>::normalise;
    }
    schema_.fields.push_back(std::move(field));
    return FieldRules(schema_.fields.back());
  }

 private:
  Schema& schema_;
  const T defaults_{};
};

// Accepts the same calls as FieldRules and does nothing.
struct NoRules {
  NoRules& required() { return *this; }
  NoRules& at_least(double) { return *this; }
  NoRules& at_most(double) { return *this; }
  NoRules& greater_than(double) { return *this; }
  NoRules& less_than(double) { return *this; }
  NoRules& family(const std::string&) { return *this; }
  NoRules& formerly(const std::string&) { return *this; }
  NoRules& path() { return *this; }
  NoRules& one_of(const std::vector<std::string>&) { return *this; }
  NoRules& obeys(std::string (*)(const Setting&), const Grammar& = {}) { return *this; }
};

// The visitor that fills a T from canonical parameters.
template <class T> class ReadVisitor {
 public:
  ReadVisitor(const Table& params, T& value) : params_(params), value_(value) {}
  void doc(const std::string&) {}
  void alias(const std::string&) {}
  template <class M, class B> NoRules param(M B::* member, const std::string& name, const std::string&) {
    if (const Setting* setting = params_.find(name)) Converter<M>::read(*setting, value_.*member);
    return {};
  }

 private:
  const Table& params_;
  T& value_;
};

// A T from canonical parameters; what `params` does not hold keeps its default.
template <class T> T read(const Table& params) {
  T value;
  ReadVisitor<T> visitor(params, value);
  T::describe(visitor);
  return value;
}

template <class T> T read(const Component& component) { return read<T>(component.params); }

template <class T> Schema make_schema(std::string family) {
  Schema schema;
  schema.family = std::move(family);
  schema.kind = T::kind;
  SchemaVisitor<T> visitor(schema);
  T::describe(visitor);
  if constexpr (requires(const T& value, FieldReport& report) { value.check(report); }) {
    schema.check = [](const Table& canonical, FieldReport& report) { read<T>(canonical).check(report); };
  }
  return schema;
}

}  // namespace dltrain
