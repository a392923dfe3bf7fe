#include "app/schema/field_schema.h"

namespace dltrain::app {

namespace {

Table text_like(const std::string& pattern) {
  Table table = json_type("string");
  table.set("pattern", pattern);
  return table;
}

constexpr const char* fraction = R"(^\s*[-+0-9.eE]+\s*/\s*[-+0-9.eE]+\s*$)";
constexpr const char* steps = R"(^\s*[0-9.eE+]+\s*(steps?|epochs?)\s*$)";
constexpr const char* placeholder = R"(^\$\{[^}]+\}$)";

void add_rules(const Field& field, Table& table) {
  for (const Rule& rule : field.rules) {
    switch (rule.kind) {
      case Rule::Kind::at_least: table.set("minimum", rule.bound); break;
      case Rule::Kind::at_most: table.set("maximum", rule.bound); break;
      case Rule::Kind::greater_than: table.set("exclusiveMinimum", rule.bound); break;
      case Rule::Kind::less_than: table.set("exclusiveMaximum", rule.bound); break;
    }
  }
}

Table number(const char* type, const Field& field) {
  Table table = json_type(type);
  add_rules(field, table);
  return table;
}

Table text(const Field& field) {
  if (!field.grammar.texts.empty()) return text_like(field.grammar.texts);
  Table table = json_type("string");
  if (field.choices.empty()) return table;
  table.set("enum", List(field.choices.begin(), field.choices.end()));
  return table;
}

// A number, or one of a few words.
Table integer(const Field& field) {
  if (field.choices.empty()) return number("integer", field);
  return json_if(json_type("string"), text(field), number("integer", field));
}

Table one_or_list(const Table& item) { return json_if(json_type("array"), json_array(item), item); }
Table real(const Field& field) { return json_if(json_type("string"), text_like(fraction), number("number", field)); }
Table step_count() { return json_if(json_type("string"), text_like(steps), json_type("integer")); }

// "1/255", or a component by name or as a table.
Table text_or_component(const Field& field) {
  return json_if(text_like(fraction), json_type("string"), json_ref(field.family));
}

Table value_schema(const Field& field) {
  switch (field.type) {
    case FieldType::boolean: return json_type("boolean");
    case FieldType::integer: return integer(field);
    case FieldType::real: return real(field);
    case FieldType::text:
    case FieldType::choice: return text(field);
    case FieldType::integers: return one_or_list(number("integer", field));
    case FieldType::reals: return one_or_list(real(field));
    case FieldType::texts: return one_or_list(text(field));
    case FieldType::component: return json_ref(field.family);
    case FieldType::components: return one_or_list(json_ref(field.family));
    case FieldType::real_or_component:
      return json_if(json_type("number"), number("number", field), text_or_component(field));
    case FieldType::step_count: return step_count();
    case FieldType::step_counts: return json_array(step_count());
    case FieldType::other:
      if (field.grammar.texts.empty()) return {};
      return json_if(json_type("string"), text(field), json_type(field.grammar.numbers.c_str()));
  }
  return {};
}

}  // namespace

Table json_ref(const std::string& family) {
  Table table;
  table.set("$ref", "#/definitions/" + family);
  return table;
}

Table json_type(const char* type) {
  Table table;
  table.set("type", type);
  return table;
}

Table json_any(List alternatives) {
  Table table;
  table.set("anyOf", std::move(alternatives));
  return table;
}

Table json_required(const char* key) {
  Table table;
  table.set("required", List{key});
  return table;
}

Table json_if(Table condition, Table then, Table otherwise) {
  Table table;
  List alternatives;
  for (const Table* each : {&then, &otherwise}) {
    if (!each->empty()) alternatives.emplace_back(*each);
  }
  alternatives.emplace_back(Table());
  table.set("anyOf", std::move(alternatives));
  table.set("if", std::move(condition));
  table.set("then", std::move(then));
  table.set("else", std::move(otherwise));
  return table;
}

Table json_array(Table items) {
  Table table = json_type("array");
  table.set("items", std::move(items));
  return table;
}

Table field_schema(const Field& field, bool placeholders) {
  Table value = value_schema(field);
  if (placeholders && !value.empty()) value = json_if(text_like(placeholder), json_type("string"), std::move(value));
  Table table;
  if (value.contains("$ref")) table.set("allOf", List{std::move(value)});  // beside a reference nothing else counts
  else table = std::move(value);
  table.set("description", field.doc);
  if (!field.required && !field.default_value.is_none()) table.set("default", field.default_value);
  return table;
}

}  // namespace dltrain::app
