#include "app/explain/origin.h"

#include <algorithm>
#include <map>

#include "core/text.h"
#include "models/recipe/canonical.h"
#include "models/recipe/parse.h"
#include "models/recipe/placeholder.h"
#include "models/zoo/zoo.h"

namespace dltrain::app {

namespace {

std::string from_text(const Place& place) {
  if (!place.known()) return "default";
  const Source& source = *place.source;
  if (source.name == "--set") return "--set " + source.text;
  return place.line > 0 ? source.name + ":" + std::to_string(place.line) : source.name;
}

class Tracer {
 public:
  explicit Tracer(const training::OpenedRecipe& recipe) : recipe_(recipe) { index(Setting(recipe.table)); }

  std::vector<Origin> trace() {
    const auto source = std::make_shared<const Source>(Source{"canonical", models::canonical_toml(recipe_.spec)});
    const Table canonical = models::parse_toml(source);
    for (const Table::Entry& entry : canonical.entries()) {
      if (entry.key == "model" && entry.value.table() != nullptr) trace_model(*entry.value.table());
      else visit(toml_key(entry.key), entry.value, recipe_.table.find(entry.key), recipe_.table.key_place(entry.key));
    }
    return std::move(origins_);
  }

 private:
  using Spot = std::tuple<const Source*, int, int>;
  static Spot spot(const Place& place) { return {place.source.get(), place.line, place.column}; }

  // Layers are found again by where they stand.
  void index(const Setting& value) {
    if (value.place().known()) by_place_.emplace(spot(value.place()), value);
    if (const List* list = value.list()) {
      for (const Setting& each : *list) index(each);
    }
    if (const Table* table = value.table()) {
      for (const Table::Entry& entry : table->entries()) index(entry.value);
    }
  }

  // The recipe's table does not hold what stands in the zoo.
  static bool of_zoo(const Place& place) {
    return place.known() && place.source->name.starts_with(models::zoo::prefix);
  }

  void trace_model(const Table& canonical) {
    const Setting* written = recipe_.table.find("model");
    const Table* model = written == nullptr ? nullptr : written->table();
    const auto key = [&](const Table::Entry& entry) {
      visit("model." + toml_key(entry.key), entry.value, model == nullptr ? nullptr : model->find(entry.key),
            model == nullptr ? Place() : model->key_place(entry.key));
    };
    for (const Table::Entry& entry : canonical.entries()) {
      if (entry.key != "layers" || entry.value.list() == nullptr) {
        key(entry);
        continue;
      }
      const List& layers = *entry.value.list();
      for (size_t i = 0; i < layers.size() && i < recipe_.spec.model.layers.size(); ++i)
        trace_layer(recipe_.spec.model.layers[i], layers[i]);
    }
  }

  void trace_layer(const models::LayerSpec& layer, const Setting& canonical) {
    auto found = by_place_.find(spot(layer.place));
    if (found == by_place_.end() && of_zoo(layer.place)) {
      index(Setting(models::parse_toml(layer.place.source)));
      found = by_place_.find(spot(layer.place));
    }
    const Setting* written = found == by_place_.end() ? nullptr : &found->second;
    // What a path names is not said again.
    Table keys = *canonical.table();
    if (written == nullptr || written->table() == nullptr || !written->table()->contains("name")) keys.erase("name");
    values_of_layer_ = &layer.component.params;
    visit("layers." + toml_key(layer.name), Setting(std::move(keys)), written, layer.place);
    values_of_layer_ = nullptr;
  }

  // Where the value stands that ${name} in a block stands for: at the use of the block, its default, or --set.
  Place place_of_value(const std::string& key, const Setting* written, const Place& key_place) const {
    const bool stands_in = written != nullptr && written->text() != nullptr && models::placeholder(*written->text());
    const Setting* value = stands_in && values_of_layer_ != nullptr ? values_of_layer_->find(key) : nullptr;
    return value != nullptr && value->place().known() ? value->place() : key_place;
  }

  void visit(const std::string& path, const Setting& canonical, const Setting* written, const Place& key_place) {
    const Table* table = canonical.table();
    const List* list = canonical.list();
    if (table != nullptr && !table->empty()) {
      visit_table(path, *table, written);
      return;
    }
    const bool components = list != nullptr && !list->empty() && list->front().table() != nullptr;
    if (components) {
      const List* given = written == nullptr ? nullptr : written->list();
      for (size_t i = 0; i < list->size(); ++i) {
        const Setting* same = given != nullptr && given->size() == list->size() ? &(*given)[i] : nullptr;
        visit(path + "[" + std::to_string(i) + "]", (*list)[i], same, same == nullptr ? Place() : same->place());
      }
      return;
    }
    origins_.push_back({path, canonical.toml(), from_text(written == nullptr ? Place() : key_place)});
  }

  // Where the recipe writes a component as a text, that text is its type.
  void visit_table(const std::string& path, const Table& table, const Setting* written) {
    const Table* given = written == nullptr ? nullptr : written->table();
    for (const Table::Entry& entry : table.entries()) {
      const Setting* value = given == nullptr ? nullptr : given->find(entry.key);
      Place place = given == nullptr ? Place() : given->key_place(entry.key);
      if (given == nullptr && written != nullptr && entry.key == "type") {
        value = written;
        place = written->place();
      }
      place = place_of_value(entry.key, value, place);
      if (value == nullptr || value->text() == nullptr) {
        visit(path + "." + toml_key(entry.key), entry.value, value, place);
      } else {  // may be the type of a component, which has no key
        const Setting text(*value->text(), place);
        visit(path + "." + toml_key(entry.key), entry.value, &text, place);
      }
    }
  }

  const training::OpenedRecipe& recipe_;
  std::map<Spot, Setting> by_place_;
  const Table* values_of_layer_ = nullptr;  // as they were read, of the layer that is traced
  std::vector<Origin> origins_;
};

}  // namespace

std::vector<Origin> origins_of(const training::OpenedRecipe& recipe) { return Tracer(recipe).trace(); }

std::string origins_text(const std::vector<Origin>& origins) {
  constexpr size_t widest = 64;
  size_t width = 0;
  for (const Origin& each : origins) {
    const size_t length = utf8_count(each.path) + 3 + utf8_count(each.value);
    if (length <= widest) width = std::max(width, length);
  }
  std::string text;
  for (const Origin& each : origins) {
    std::string line = each.path + " = " + each.value;
    line += std::string(std::max(width, utf8_count(line)) - utf8_count(line) + 2, ' ');
    text += line + each.from + "\n";
  }
  return text;
}

}  // namespace dltrain::app
