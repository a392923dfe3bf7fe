#include "models/where_values_stand.h"

#include <algorithm>

#include "core/text.h"
#include "models/recipe/parse.h"
#include "models/recipe/placeholder.h"

namespace dltrain::models {

namespace {

bool same_spot(const Place& a, const Place& b) { return a.line == b.line && a.column == b.column; }

const Setting* key_of(const Setting& setting, const char* key) {
  return setting.table() != nullptr ? setting.table()->find(key) : nullptr;
}

// The layer of a model of a zoo file as it is written there; nothing for one of a block, which has keys of its own.
std::optional<Table> written_layer(const Place& place) {
  const Table file = parse_toml(place.source);
  const Setting* models = file.find("models");
  if (models == nullptr) return std::nullopt;
  for (const Table::Entry& model : models->table()->entries()) {
    const Setting* layers = key_of(model.value, "layers");
    if (layers == nullptr) continue;
    for (const Setting& layer : *layers->list()) {
      if (layer.table() != nullptr && same_spot(layer.place(), place)) return *layer.table();
    }
  }
  return std::nullopt;
}

// `"classes" gives its units, "activation" its activation`: keys of a model of the zoo and those of a layer.
std::string keys_of_model(const Place& place) {
  const std::optional<Table> layer = written_layer(place);
  if (!layer) return {};
  std::vector<std::string> parts;
  for (const Table::Entry& entry : layer->entries()) {
    const auto name = entry.value.text() != nullptr ? placeholder(*entry.value.text()) : std::nullopt;
    if (name) parts.push_back(quote(*name) + (parts.empty() ? " gives its " : " its ") + entry.key);
  }
  return join(parts, ", ");
}

}  // namespace

Place place_of_change(const Component& component, const Place& place) {
  Place last = place;
  for (const Table::Entry& entry : component.params.entries()) {
    if (place.known() && entry.key_place.known() && entry.key_place.source != place.source) last = entry.key_place;
  }
  return last;
}

void note_values_elsewhere(const LayerSpec& layer, Diagnostic& diagnostic) {
  constexpr size_t most = 3;
  size_t count = 0;
  const Place& said = diagnostic.place;
  if (said.known() && layer.place.known() && said.source != layer.place.source)
    diagnostic.notes.push_back({layer.place, "the layer stands here"});
  for (const Table::Entry& entry : layer.component.params.entries()) {
    const Place& place = entry.value.place().known() ? entry.value.place() : entry.key_place;
    if (!place.known() || place.source == layer.place.source || place.source->used_at != nullptr) continue;
    if (place.source == said.source && place.line == said.line) continue;
    if (++count <= most) diagnostic.notes.push_back({place, entry.key + " = " + entry.value.toml() + " stands here"});
  }
}

void note_outputs_of_zoo(const ModelSpec& model, Diagnostics& diagnostics) {
  std::vector<Diagnostic> said = diagnostics.list();
  for (Diagnostic& each : said) {
    const auto output = std::find_if(model.layers.begin(), model.layers.end(), [&](const LayerSpec& layer) {
      return layer.place.known() && layer.place.source->used_at != nullptr &&
             std::ranges::find(model.outputs, layer.name) != model.outputs.end() &&
             each.who.find(quote(layer.name)) != std::string::npos;
    });
    if (output == model.layers.end()) continue;
    const std::string keys = keys_of_model(output->place);
    each.notes.push_back({output->place.in_recipe(), quote(output->name) + " is a layer of the model used here" +
                                                         (keys.empty() ? "" : ", where " + keys)});
    if (each.code == Code("not-flattened"))
      each.help = "put \"Flatten\" or a global pooling layer behind the model, and a layer that gives the targets";
  }
  diagnostics = {};
  diagnostics.add(said);
}

}  // namespace dltrain::models
