#include "models/zoo/zoo.h"

#include <algorithm>

#include "core/text.h"
#include "models/recipe/parse.h"

namespace dltrain::models::zoo {

namespace {

constexpr std::string_view header = "[models.";

// The names of the models of a file, in its order.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> found;
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with(header)) found.push_back(line.substr(header.size(), line.find(']') - header.size()));
  }
  return found;
}

// The file of a model; null if there is none.
const std::pair<const std::string, std::string>* file_of(const std::string& name) {
  for (const auto& page : pages()) {
    const std::vector<std::string> found = names_in(page.second);
    if (std::find(found.begin(), found.end(), name) != found.end()) return &page;
  }
  return nullptr;
}

// What one model says over what another says: parameters one by one, other keys as a whole.
Table joined(const Table& base, const Table& own) {
  Table both = base;
  for (const Table::Entry& entry : own.entries()) {
    Setting* before = both.find(entry.key);
    if (entry.key != "params" || before == nullptr) {
      both.set(entry.key, entry.value, entry.key_place);
      continue;
    }
    for (const Table::Entry& param : entry.value.table()->entries())
      before->table()->set(param.key, param.value, param.key_place);
  }
  both.erase("like");
  return both;
}

std::string taken_text(Table& table, const char* key) {
  const std::string text = *table.at(key).text();
  table.erase(key);
  return text;
}

Table section(const Table& file, const char* name) {
  const Setting* found = file.find(name);
  return found == nullptr ? Table() : *found->table();
}

Model model_of(const Table& file, const std::string& name) {
  const Table models = section(file, "models");
  Model model;
  model.name = name;
  model.blocks = section(file, "blocks");
  model.parameters = section(file, "parameters");
  model.definition = *models.at(name).table();
  if (const Setting* like = model.definition.find("like"))
    model.definition = joined(*models.at(*like->text()).table(), model.definition);
  model.doc = taken_text(model.definition, "doc");
  model.source = taken_text(model.definition, "source");
  model.input = model.definition.at("input");
  model.definition.erase("input");
  return model;
}

std::shared_ptr<const Source> source_of(const std::pair<const std::string, std::string>& file, const Place& used_at) {
  auto user = used_at.known() ? std::make_shared<const Place>(used_at) : nullptr;
  return std::make_shared<const Source>(
      Source{std::string(prefix) + file.first + ".toml", file.second, nullptr, std::move(user)});
}

// What a parameter takes, by its default.
Field field_of(const Table::Entry& param, const Model& model) {
  Field field;
  field.name = param.key;
  field.doc = *model.parameters.at(param.key).text();
  field.default_value = param.value;
  field.type = FieldType::text;
  field.type_text = "text";
  const auto set = [&](FieldType type, const char* text) {
    field.type = type;
    field.type_text = text;
  };
  if (param.value.integer() != nullptr) set(FieldType::integer, "integer");
  if (param.key == "strides") set(FieldType::integers, "integer or list of 2 integers");
  if (param.value.real() != nullptr) set(FieldType::real, "real number");
  if (param.value.boolean() != nullptr) set(FieldType::boolean, "true or false");
  if (param.key.ends_with("activation")) {
    field.type = FieldType::component;
    field.family = "activation";
  }
  return field;
}

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [file, text] : pages()) {
    for (std::string& name : names_in(text)) all.push_back(std::move(name));
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::optional<Model> find(const std::string& name, const Place& used_at) {
  const auto* file = file_of(name);
  if (file == nullptr) return std::nullopt;
  return model_of(parse_toml(source_of(*file, used_at)), name);
}

std::string meant_by(const std::string& type) {
  const std::vector<std::string> all = names();
  const auto near = nearest(type, all);
  return near ? std::string(prefix) + *near : "";
}

void fill_catalogue(Catalogue& catalogue) {
  for (const auto& page : pages()) {
    const Table file = parse_toml(source_of(page, {}));
    for (const std::string& name : names_in(page.second)) {
      const Model model = model_of(file, name);
      Schema schema;
      schema.family = "zoo";
      schema.kind = name;
      schema.doc = model.doc + " From " + model.source + ".";
      const Table params = section(model.definition, "params");
      for (const Table::Entry& param : params.entries()) schema.fields.push_back(field_of(param, model));
      catalogue.add(std::move(schema));
    }
  }
}

}  // namespace dltrain::models::zoo
