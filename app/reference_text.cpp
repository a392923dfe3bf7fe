#include "app/reference_text.h"

#include <algorithm>

#include "app/explain/example.h"
#include "core/text.h"
#include "models/zoo/zoo.h"

namespace dltrain::app {

namespace {

std::string default_text(const Field& field) {
  if (field.required) return "required";
  if (field.default_value.is_none()) return "none";
  return field.default_value.toml();
}

std::string range_text(const Field& field) {
  std::string text = field.choices.empty() ? field.type_text : join(field.choices, " | ");
  if (!field.choices.empty() && field.type == FieldType::integer) text = field.type_text + " | " + text;
  if (field.type == FieldType::component || field.type == FieldType::components ||
      field.type == FieldType::real_or_component) {
    text = (field.type == FieldType::real_or_component ? "real number or " : "") + field.family;
    if (field.type == FieldType::components) text = "list of " + field.family;
  }
  for (const Rule& rule : field.rules) text += ", " + rule.text();
  return text;
}

// "269,722 parameters to train, 1,376 others, for inputs [32, 32, 3]" of a model of the zoo; empty for all else.
std::string size_text(const Catalogue& catalogue, const Schema& schema) {
  if (schema.family != "zoo") return {};
  const models::zoo::Model model = *models::zoo::find(schema.kind);
  const std::string layer = quote(std::string(models::zoo::prefix) + schema.kind);
  const models::zoo::Counts counts = models::zoo::count_parameters(catalogue, layer, model.input);
  const Setting& shape = model.input.table() != nullptr ? model.input.table()->at("shape") : model.input;
  return count_text(counts.trained) + " parameters to train" +
         (counts.fixed > 0 ? ", " + count_text(counts.fixed) + " others" : std::string()) + ", for inputs " +
         shape.toml();
}

std::string plain_text(const Catalogue& catalogue, const Schema& schema) {
  std::string text = schema.kind + "  (" + schema.family + ")\n";
  if (const std::string name = keras_name(schema); !name.empty()) text += "  in Keras: " + name + "\n";
  if (!schema.aliases.empty()) text += "  also written: " + join(schema.aliases, ", ") + "\n";
  text += "\n  " + schema.doc + "\n";
  if (const std::string size = size_text(catalogue, schema); !size.empty()) text += "\n  " + size + "\n";
  if (const std::string example = example_text(catalogue, schema); !example.empty()) {
    text += "\n  for example\n";
    for (const std::string& line : split(example, '\n')) text += "    " + line + "\n";
  }
  if (schema.fields.empty()) return text + "\n  no keys\n";
  text += "\n";
  size_t width = 0;
  for (const Field& field : schema.fields) width = std::max(width, field.name.size());
  for (const Field& field : schema.fields) {
    text += "  " + field.name + std::string(width - field.name.size(), ' ') + "  " + field.doc + "\n";
    text += "  " + std::string(width, ' ') + "  " + values_of(field) + "\n";
  }
  return text;
}

std::string plural(const std::string& family) {
  return family == "zoo" ? family : family + (family.ends_with('s') ? "es" : "s");
}

std::string family_of(const Catalogue& catalogue, const std::string& name) {
  for (const std::string& family : catalogue.families()) {
    if (name == family || name == plural(family)) return family;
  }
  return {};
}

std::string escaped(std::string text) {
  for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

}  // namespace

std::string values_of(const Field& field) {
  return range_text(field) + (field.required ? "; required" : "; default: " + default_text(field));
}

std::string reference_text(const Catalogue& catalogue, const std::string& name) {
  std::string text;
  for (const Schema* schema : catalogue.everywhere(name))
    text += (text.empty() ? "" : "\n") + plain_text(catalogue, *schema);
  const std::string family = family_of(catalogue, name);
  if (family.empty()) return text;
  text += (text.empty() ? "" : "\n") + family + "\n";
  for (const std::string& kind : catalogue.kinds(family)) {
    const Schema& schema = *catalogue.find(family, kind);
    text += "  " + kind + (schema.aliases.empty() ? "" : " (" + join(schema.aliases, ", ") + ")") + ": " + schema.doc +
            "\n";
  }
  return text;
}

std::string reference_page(const Catalogue& catalogue, const std::string& name) {
  const std::string family = family_of(catalogue, name);
  if (family.empty()) return {};
  std::string title = plural(family);
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  std::string text = "# " + title + "\n\nGenerated from the program (`dltrain explain " + plural(family) +
                     " --markdown`); do not edit.\n";
  for (const std::string& kind : catalogue.kinds(family)) {
    const Schema& schema = *catalogue.find(family, kind);
    text += "\n## " + kind + "\n\n";
    if (!schema.aliases.empty()) text += "Also written: `" + join(schema.aliases, "`, `") + "`.\n\n";
    text += schema.doc + "\n";
    if (const std::string size = size_text(catalogue, schema); !size.empty()) text += "\n" + size + ".\n";
    if (schema.fields.empty()) continue;
    text += "\n| key | meaning | values | default |\n|---|---|---|---|\n";
    for (const Field& field : schema.fields) {
      text += "| `" + field.name + "` | " + escaped(field.doc) + " | " + escaped(range_text(field)) + " | `" +
              default_text(field) + "` |\n";
    }
  }
  return text;
}

}  // namespace dltrain::app
