#include "models/recipe/join_tables.h"

#include <algorithm>

#include "core/read_fields.h"
#include "core/text.h"
#include "models/recipe/names.h"

namespace dltrain::models {

namespace {

bool has_other_type(const Table& base, const Table& over) {
  const Setting* type = over.find("type");
  const Setting* before = base.find("type");
  return type != nullptr && before != nullptr && !(*type == *before);
}

Table typed_table(const Setting& kind) {
  Table table;
  table.set("type", kind, kind.place());
  return table;
}

class Joiner {
 public:
  Joiner(const Catalogue& catalogue, Diagnostics& diagnostics) : catalogue_(catalogue), diagnostics_(diagnostics) {}

  void join(Table& base, const Table& over) {
    for (const Table::Entry& entry : over.entries()) {
      const auto found = std::find_if(base.entries().begin(), base.entries().end(),
                                      [&](const Table::Entry& each) { return each.key == entry.key; });
      if (found == base.entries().end()) base.entries().push_back(entry);
      else join(*found, entry);
    }
  }

 private:
  void join(Table::Entry& base, const Table::Entry& over) {
    const Table* changes = over.value.table();
    if (changes != nullptr && base.value.list() != nullptr && base.key == "layers") {
      change_layers(*base.value.list(), *changes);
      return;
    }
    if (changes != nullptr && base.value.text() != nullptr && adds_to(base, *changes))
      base.value = Setting(typed_table(base.value), base.value.place());
    if (changes == nullptr || base.value.table() == nullptr || has_other_type(*base.value.table(), *changes)) {
      base.value = over.value;
      base.key_place = over.key_place;
      return;
    }
    join(*base.value.table(), *changes);
  }

  // Whether a table without a type says keys of what the base names by a text: loss = { from_logits = true }, and no
  // table by output.
  bool adds_to(const Table::Entry& base, const Table& changes) const {
    if (changes.contains("type") || changes.empty()) return false;
    if (base.key == "optimizer") return true;
    return std::ranges::any_of(catalogue_.everywhere(*base.value.text()), [&](const Schema* schema) {
      return std::ranges::all_of(changes.entries(),
                                 [&](const Table::Entry& entry) { return schema->find(entry.key) != nullptr; });
    });
  }

  void change_layers(List& layers, const Table& changes) {
    const std::vector<std::string> names = layer_names(layers);
    for (const Table::Entry& change : changes.entries()) {
      const auto found = std::find(names.begin(), names.end(), change.key);
      if (found == names.end()) {
        Diagnostic& d = diagnostics_.error("unknown-layer", change.key_place, "",
                                           "the base has no layer " + quote(change.key) + " to change");
        suggest(d, change.key, names);
        d.help = "to have other layers altogether, write all of them: layers = [ ... ]";
      } else if (change.value.table() == nullptr) {
        diagnostics_
            .error("wrong-type", change.value.place(), "",
                   "layer " + quote(change.key) + " is changed by a table (was " + change.value.type_text() + ")")
            .help = "write the keys that differ: " + toml_key(change.key) + " = { units = 128 }";
      } else {
        change_layer(layers[static_cast<size_t>(found - names.begin())], change.value);
      }
    }
  }

  // A layer of another type keeps its name, which others may refer to.
  void change_layer(Setting& layer, const Setting& change) {
    if (layer.text() != nullptr) layer = Setting(typed_table(layer), layer.place());
    if (layer.table() == nullptr) return;  // the reader says what it is
    if (!has_other_type(*layer.table(), *change.table())) return join(*layer.table(), *change.table());
    Table replaced = *change.table();
    if (const Setting* name = layer.table()->find("name"); name != nullptr && !replaced.contains("name"))
      replaced.set("name", *name, layer.table()->key_place("name"));
    layer = Setting(std::move(replaced), change.place());
  }

  const Catalogue& catalogue_;
  Diagnostics& diagnostics_;
};

}  // namespace

void join_tables(Table& base, const Table& over, const Catalogue& catalogue, Diagnostics& diagnostics) {
  Joiner(catalogue, diagnostics).join(base, over);
}

}  // namespace dltrain::models
