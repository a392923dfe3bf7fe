#include "app/reference_catalogue.h"

#include "models/zoo/zoo.h"
#include "training/experiment.h"

namespace dltrain::app {

namespace {

// [data] has no keys of its own but these: the others are those of the source.
Schema data_section() {
  Schema schema;
  schema.family = "section";
  schema.kind = "data";
  schema.doc = "Where the data comes from: `type`, and the keys of that source (`dltrain explain sources`).";
  const auto add = [&](const char* name, const char* type, const char* doc, bool required) {
    Field field;
    field.name = name;
    field.type_text = type;
    field.doc = doc;
    field.required = required;
    schema.fields.push_back(std::move(field));
  };
  add("type", "text", "the source: csv, images and others, which `dltrain list source` shows", true);
  add("validation", "section", "[data.validation]: what is measured after each epoch (`dltrain explain validation`)",
      false);
  add("test", "section", "[data.test]: what is measured at the end (`dltrain explain test`)", false);
  return schema;
}

}  // namespace

const Catalogue& reference_catalogue() {
  static const Catalogue all = [] {
    Catalogue catalogue = training::catalogue();
    models::zoo::fill_catalogue(catalogue);
    catalogue.add(data_section());
    return catalogue;
  }();
  return all;
}

std::vector<std::string> reference_families() {
  std::vector<std::string> families = training::catalogue().families();
  families.emplace_back("zoo");
  return families;
}

}  // namespace dltrain::app
