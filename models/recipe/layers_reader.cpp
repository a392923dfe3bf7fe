// The elements of `[model] layers`, each by itself: type, parameters, name. What they take is resolved in connect.cpp.
#include <algorithm>

#include "core/text.h"
#include "models/recipe/names.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"
#include "models/zoo/zoo.h"

namespace dltrain::models {

namespace {

std::string nth(size_t index) { return "layer " + std::to_string(index + 1) + " of [model]"; }

// The schema of a layer with the keys that every layer has behind its own.
Schema with_layer_keys(const Schema& layer) {
  Schema merged = layer;
  for (Field& field : make_schema<LayerKeys>("section").fields) {
    if (layer.find(field.name) == nullptr) merged.fields.push_back(std::move(field));
  }
  return merged;
}

class LayerReader {
 public:
  LayerReader(Reading& reading, const Setting& given, std::string name, size_t index)
      : reading_(reading), given_(given), index_(index) {
    draft_.given = &given;
    draft_.spec.name = std::move(name);
    draft_.spec.place = given.place();
    draft_.name_place = given.place();
    draft_.spec.component.family = "layer";
  }

  LayerDraft read() {
    const Table* table = given_.table();
    if (table != nullptr) {
      draft_.inputs = table->find("inputs");
      if (const Setting* name = table->find("name")) draft_.name_place = name->place();
      check_name(*table);
    }
    if (table != nullptr && table->contains("reuse")) read_reuse(*table);
    else if (const Setting* type = type_of()) read_layer(*type);
    return std::move(draft_);
  }

 private:
  // How messages call the layer before its kind is known.
  std::string who() const {
    const Setting* name = given_.table() != nullptr ? given_.table()->find("name") : nullptr;
    return name != nullptr && name->text() != nullptr ? "layer " + quote(*name->text()) : nth(index_);
  }

  void check_name(const Table& table) {
    const Setting* name = table.find("name");
    if (name == nullptr || name->text() == nullptr) return;
    const std::string complaint = complaint_about_name(*name->text());
    if (!complaint.empty()) reading_.diagnostics.error("bad-name", name->place(), nth(index_), "the name " + complaint);
  }

  const Setting* type_of() {
    if (given_.text() == nullptr && given_.table() == nullptr) {
      Diagnostic& d = reading_.diagnostics.error("wrong-type", given_.place(), nth(index_),
                                                 "a layer is a name in quotes, or a table with \"type\" (was " +
                                                     given_.toml() + ", " + given_.type_text() + ")");
      d.help = "write \"Flatten\", or { type = \"Dense\", units = 10 }";
      return nullptr;
    }
    const Setting* type = given_.text() != nullptr ? &given_ : given_.table()->find("type");
    if (type == nullptr && report_misspelt_type(*given_.table(), who(), reading_.diagnostics)) return nullptr;
    if (type == nullptr) {
      Diagnostic& d = reading_.diagnostics.error("missing-key", given_.place(), who(), "the layer has no \"type\"");
      suggest_kind(d, "", reading_.catalogue, "layer");
      return nullptr;
    }
    if (type->text() != nullptr) return type;
    reading_.diagnostics.error("wrong-type", type->place(), who(),
                               "type must be a name in quotes (was " + type->toml() + ", " + type->type_text() + ")");
    return nullptr;
  }

  void unknown_type(const Setting& type) {
    const std::string& name = *type.text();
    const bool planned = reading_.catalogue.planned("layer", name);
    Diagnostic& d =
        reading_.diagnostics.error(planned ? Code("not-available") : Code("unknown-type"), type.place(), who(),
                                   "layer type " + quote(name) + (planned ? " is not available yet" : " is not known"));
    suggest_kind(d, planned ? "" : name, reading_.catalogue, "layer");
    if (planned) return;
    std::vector<std::string> blocks;
    if (const Table* defined = reading_.section("blocks")) {
      for (const Table::Entry& entry : defined->entries()) blocks.push_back(entry.key);
    }
    if (const auto near = nearest(name, blocks)) d.hint = "did you mean the block " + quote(*near) + "?";
    if (const std::string model = zoo::meant_by(name); d.hint.empty() && !model.empty())
      d.hint = "did you mean " + quote(model) + "?";
    if (const std::string now = advice_about_key("layer type", name); !now.empty()) d.hint = now;
  }

  void read_layer(const Setting& type) {
    draft_.spec.component.kind = *type.text();
    const Schema* schema = reading_.catalogue.find("layer", *type.text());
    if (schema == nullptr) {
      unknown_type(type);
      return;
    }
    draft_.spec.component.kind = schema->kind;
    draft_.spec.component.place = given_.place();
    const Schema merged = with_layer_keys(*schema);
    static const Table nothing;
    const Table& keys = given_.table() != nullptr ? *given_.table() : nothing;
    std::vector<std::string> ignored = {"type"};
    reading_.report_misplaced(merged, "layer", keys, draft_.spec.who(), ignored);
    const Table canonical =
        read_fields(reading_.catalogue, merged, keys, draft_.spec.who(), ignored, type.place(), reading_.diagnostics);
    for (const Table::Entry& entry : canonical.entries()) {
      if (schema->find(entry.key) != nullptr) draft_.spec.component.params.entries().push_back(entry);
    }
    const auto common = dltrain::read<LayerKeys>(Reading::drop_wrong(canonical));
    draft_.spec.trainable = common.trainable;
    draft_.spec.learning_rate_factor = common.learning_rate_factor;
  }

  void read_reuse(const Table& table) {
    std::vector<std::string> ignored;
    for (const Table::Entry& entry : table.entries()) {
      if (entry.key == "reuse" || entry.key == "name" || entry.key == "inputs") continue;
      ignored.push_back(entry.key);
      reading_.diagnostics
          .error("unknown-key", entry.key_place, who(), "there is no key " + quote(entry.key) + " beside \"reuse\"")
          .help = "reuse takes name and inputs only; everything else is as in the layer that is applied again";
    }
    draft_.spec.reuse = reading_.read_as<ReuseKeys>(table, who(), ignored, given_.place()).reuse;
    draft_.spec.component.kind = "reuse";
  }

  Reading& reading_;
  const Setting& given_;
  size_t index_;
  LayerDraft draft_;
};

}  // namespace

std::vector<LayerDraft> read_layers(Reading& reading, const List& layers, const std::vector<size_t>& numbers) {
  const std::vector<std::string> names = layer_names(layers);
  std::vector<LayerDraft> drafts;
  for (size_t i = 0; i < layers.size(); ++i)
    drafts.push_back(LayerReader(reading, layers[i], names[i], numbers[i]).read());
  return drafts;
}

}  // namespace dltrain::models
