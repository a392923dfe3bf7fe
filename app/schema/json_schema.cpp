#include "app/schema/json_schema.h"

#include <algorithm>
#include <string>
#include <vector>

#include "app/schema/field_schema.h"
#include "models/zoo/zoo.h"

namespace dltrain::app {

namespace {

List texts(const std::vector<std::string>& from) { return {from.begin(), from.end()}; }

class SchemaWriter {
 public:
  explicit SchemaWriter(const Catalogue& catalogue) : catalogue_(catalogue) {}

  Table write() {
    Table root;
    root.set("$schema", "http://json-schema.org/draft-07/schema#");
    root.set("title", "dltrain recipe");
    root.set("type", "object");
    root.set("additionalProperties", false);
    root.set("properties", top());
    root.set("definitions", definitions());
    // A recipe that extends another need not say everything.
    Table extends, whole, data, stricter;
    extends.set("required", List{"extends"});
    data.set("required", List{"type"});
    stricter.set("data", std::move(data));
    stricter.set("model", with_property("layers", json_type("array")));
    stricter.set("train", whole_train());
    whole.set("required", List{"data", "model", "train"});
    whole.set("properties", std::move(stricter));
    root.set("if", std::move(extends));
    root.set("then", true);
    root.set("else", std::move(whole));
    return root;
  }

 private:
  const Schema& section(const std::string& kind) const { return *catalogue_.find("section", kind); }

  static Table with_property(const char* name, Table value) {
    Table properties, table;
    properties.set(name, std::move(value));
    table.set("properties", std::move(properties));
    return table;
  }

  // What [train] must say where no other recipe says it.
  static Table whole_train() {
    Table is_auto, table = with_property("optimizer", json_if(json_type("object"), json_required("type"), {}));
    is_auto.set("const", "auto");
    Table chosen = with_property("batch_size", std::move(is_auto));
    chosen.set("required", List{"batch_size"});
    table.set("required", List{"loss"});
    table.set("if", std::move(chosen));
    table.set("then", json_required("effective_batch_size"));
    return table;
  }

  Table properties_of(const Schema& schema, bool placeholders = false) const {
    Table properties;
    for (const Field& field : schema.fields) properties.set(field.name, field_schema(field, placeholders));
    return properties;
  }

  static Table described(Table value, const std::string& doc) {
    value.set("description", doc);
    return value;
  }

  Table object(const std::string& kind, Table properties) const {
    Table table = json_type("object");
    table.set("description", section(kind).doc);
    table.set("additionalProperties", false);
    table.set("properties", std::move(properties));
    return table;
  }

  Table object(const std::string& kind) const { return object(kind, properties_of(section(kind))); }

  Table top() const {
    Table properties = properties_of(section("recipe"));
    properties.set("run", object("run"));
    properties.set("data", data());
    properties.set("blocks", blocks());
    properties.set("model", model());
    properties.set("train", train());
    properties.set("evaluate", object("evaluate"));
    properties.set("predict", object("predict"));
    properties.set("callbacks", json_array(json_ref("callback")));
    properties.set("expect", json_array(object("expect")));
    return properties;
  }

  // A source, or what one that extends a recipe changes of it.
  static Table data() { return json_if(json_required("type"), json_ref("data_source"), json_type("object")); }

  Table part() const {
    Table share = object("part");
    share.set("required", List{"split"});
    const Table divides = json_any({json_required("split"), json_required("how")});
    return json_if(divides, std::move(share), json_if(json_required("type"), json_ref("source"), json_type("object")));
  }

  // A list of layers; in a recipe that extends another, a table of changes by name.
  static Table layers(const std::string& doc) {
    Table table = json_array(json_ref("layer"));
    table.set("type", List{"array", "object"});
    return described(std::move(table), doc);
  }

  Table blocks() const {
    Table properties = properties_of(section("block"));
    properties.set("layers", layers(section("block").find("layers")->doc));
    properties.set("params", described(json_type("object"), section("block").find("params")->doc));
    Table table = json_type("object");
    table.set("additionalProperties", object("block", std::move(properties)));
    return table;
  }

  Table model() const {
    Table properties = properties_of(section("model"));
    properties.set("layers", layers(section("model").find("layers")->doc));
    return object("model", std::move(properties));
  }

  // A table that is not a component: without `type`.
  static Table untyped() {
    Table table = json_type("object");
    table.set("not", json_required("type"));
    return table;
  }

  // A value for all outputs, or a table of such values by output.
  static Table by_output(const Table& value) {
    Table outputs = json_type("object");
    outputs.set("additionalProperties", value);
    return json_if(untyped(), std::move(outputs), value);
  }

  Table train() const {
    const Schema& schema = section("train");
    Table properties = properties_of(schema);
    const auto set = [&](const char* key, Table value) {
      properties.set(key, described(std::move(value), schema.find(key)->doc));
    };
    set("loss", by_output(json_ref("loss")));
    set("loss_weights", by_output(json_type("number")));
    Table weights = json_type("object"), balanced = json_type("string"), weight;  // or such a table for each output
    weight.set("type", List{"number", "object", "string"});
    weight.set("minimum", 0);
    weights.set("additionalProperties", std::move(weight));
    balanced.set("enum", List{"balanced"});
    set("class_weight", json_if(json_type("string"), std::move(balanced), std::move(weights)));
    set("metrics", by_output(json_if(json_type("array"), json_array(json_ref("metric")), json_ref("metric"))));
    set("optimizer",
        json_if(untyped(), json_type("object"), json_ref("optimizer")));  // extends: keys for that of the base
    return object("train", std::move(properties));
  }

  Table definitions() const {
    Table all;
    for (const std::string& family : catalogue_.families()) {
      if (family != "section" && family != "zoo") all.set(family, family_schema(family, family, {}, all));
    }
    Table parts;
    parts.set("validation", part());
    parts.set("test", part());
    all.set("data_source", family_schema("source", "data_source", parts, all));
    return all;
  }

  // A component of a family: its name alone, or a table with its keys; `more` are keys that all of them have. Each kind
  // has a definition of its own, which holds where the type says so.
  Table family_schema(const std::string& family, const std::string& name, const Table& more, Table& all) const {
    const bool layer = family == "layer";
    List alternatives, rules;
    if (family != "source") alternatives.emplace_back(name_schema(family));
    for (const std::string& kind : catalogue_.kinds(family)) {
      const Schema& schema = *catalogue_.find(family, kind);
      all.set(name + "." + kind, component(schema, more, layer));
      alternatives.emplace_back(json_ref(name + "." + kind));
      rules.emplace_back(rule(schema, json_ref(name + "." + kind)));
    }
    if (layer) add_zoo(all, alternatives, rules);
    rules.emplace_back(form_rule(family));
    Table table;
    alternatives.emplace_back(Table());  // for completion only; see json_if
    table.set("anyOf", std::move(alternatives));
    table.set("allOf", std::move(rules));
    return table;
  }

  // Models of the zoo are used like layers.
  void add_zoo(Table& all, List& alternatives, List& rules) const {
    for (const std::string& kind : catalogue_.kinds("zoo")) {
      const Schema& schema = *catalogue_.find("zoo", kind);
      all.set("zoo." + kind, component(schema, properties_of(section("block use"), true), true));
      alternatives.emplace_back(json_ref("zoo." + kind));
      rules.emplace_back(rule(schema, json_ref("zoo." + kind)));
    }
  }

  static std::vector<std::string> names_of(const Schema& schema) {
    if (schema.family == "zoo") return {std::string(models::zoo::prefix) + schema.kind};
    std::vector<std::string> names = schema.aliases;
    names.insert(names.begin(), schema.kind);
    return names;
  }

  static Table typed(Table type) {
    Table properties;
    properties.set("type", std::move(type));
    Table table = json_type("object");
    table.set("required", List{"type"});
    table.set("properties", std::move(properties));
    return table;
  }

  // { type = "Dense", ... } is what the definition of Dense says.
  static Table rule(const Schema& schema, Table then) {
    Table type, table;
    type.set("enum", texts(names_of(schema)));
    table.set("if", typed(std::move(type)));
    table.set("then", std::move(then));
    return table;
  }

  // What has no type of the family: a name, or a table that lacks it.
  Table form_rule(const std::string& family) const {
    Table type, table;
    const bool layer = family == "layer";
    type.set("enum", texts(catalogue_.names(family)));
    Table object = typed(layer ? json_type("string") : std::move(type));
    if (layer) object = json_any({std::move(object), reuse()});
    table.set("if", json_type("object"));
    table.set("then", std::move(object));
    table.set("else", family == "source" ? json_type("object") : name_schema(family));
    return table;
  }

  Table name_schema(const std::string& family) const {
    Table table = json_type("string");
    if (family != "layer") table.set("enum", texts(catalogue_.names(family)));  // a layer may be a block
    return table;
  }

  // A layer that is applied again.
  Table reuse() const {
    Table table = object("reuse");
    table.set("required", List{"reuse"});
    return table;
  }

  Table component(const Schema& schema, const Table& more, bool layer) const {
    Table properties;
    Table type;
    type.set("enum", texts(names_of(schema)));
    properties.set("type", described(std::move(type), schema.doc));
    const Table own = properties_of(schema, layer);
    for (const Table::Entry& entry : own.entries()) properties.set(entry.key, entry.value);
    for (const Table::Entry& entry : more.entries()) properties.set(entry.key, entry.value);
    if (layer) {
      const Table common = properties_of(section("layer"), true);
      for (const Table::Entry& entry : common.entries()) properties.set(entry.key, entry.value);
    }
    std::vector<std::string> required = {"type"};
    for (const Field& field : schema.fields) {
      if (field.required) required.push_back(field.name);
    }
    Table table = json_type("object");
    table.set("description", schema.doc);
    table.set("additionalProperties", false);
    table.set("required", texts(required));
    table.set("properties", std::move(properties));
    return table;
  }

  const Catalogue& catalogue_;
};

}  // namespace

Table recipe_schema(const Catalogue& catalogue) { return SchemaWriter(catalogue).write(); }

}  // namespace dltrain::app
