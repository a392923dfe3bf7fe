#include "models/recipe/renames.h"

#include <algorithm>
#include <set>

#include "core/diagnostic.h"
#include "core/text.h"
#include "models/recipe/format.h"
#include "models/recipe/parse.h"
#include "models/recipe/tokens.h"

namespace dltrain::models {

namespace {

using Schemas = std::vector<const Schema*>;

class Finder {
 public:
  explicit Finder(const Catalogue& catalogue) : catalogue_(catalogue) {}

  std::vector<Rename> find(const Table& recipe) {
    look(recipe, {catalogue_.find("section", "recipe")});
    for (const Table::Entry& entry : recipe.entries()) visit(entry.value, catalogue_.find("section", entry.key));
    std::ranges::sort(found_, {}, [](const Rename& r) { return std::pair(r.place.line, r.place.column); });
    return std::move(found_);
  }

 private:
  void visit(const Setting& value, const Schema* section) {
    if (const List* list = value.list()) {
      for (const Setting& each : *list) visit(each, section);
    }
    const Table* table = value.table();
    if (table == nullptr) return;
    Schemas schemas = {section};
    const Setting* type = table->find("type");
    if (type != nullptr && type->text() != nullptr) {
      // A name that several families have is told by the keys: only one of them knows each former name.
      const Schemas kinds = catalogue_.everywhere(*type->text());
      schemas.insert(schemas.end(), kinds.begin(), kinds.end());
      schemas.push_back(catalogue_.find("section", "layer"));
    }
    look(*table, schemas);
    const Setting* layers = section != nullptr && section->kind == "model" ? table->find("layers") : nullptr;
    if (layers != nullptr && layers->table() != nullptr) look_at_changes(*layers->table());
    for (const Table::Entry& entry : table->entries()) visit(entry.value, nullptr);
  }

  // [model.layers.NAME] of a recipe that extends another: which type the layer has, the base says. An automatic name
  // tells it too ("dense_1"); else a key is renamed where all types that once had it call it the same now.
  void look_at_changes(const Table& layers) {
    for (const Table::Entry& layer : layers.entries()) {
      const Table* keys = layer.value.table();
      if (keys == nullptr || keys->contains("type")) continue;
      std::vector<std::string> kinds;
      const std::string name = layer.key.substr(0, layer.key.find_last_not_of("_0123456789") + 1);
      for (const std::string& kind : catalogue_.kinds("layer")) {
        if (snake_case(kind) == layer.key || snake_case(kind) == name) kinds.push_back(kind);
      }
      if (kinds.empty()) kinds = catalogue_.kinds("layer");
      for (const Table::Entry& entry : keys->entries()) look_at_change(*keys, entry, kinds);
    }
  }

  void look_at_change(const Table& keys, const Table::Entry& entry, const std::vector<std::string>& kinds) {
    std::set<std::string> names;
    for (const std::string& kind : kinds) {
      const Schema* schema = catalogue_.find("layer", kind);
      if (schema->find(entry.key) != nullptr) return;
      const Field* field = now_called(*schema, entry.key);
      if (field == nullptr) continue;
      names.insert(field->name);
    }
    if (names.empty()) return;
    const std::vector<std::string> all(names.begin(), names.end());
    const bool one = all.size() == 1;
    found_.push_back({entry.key_place, entry.key, one ? all.front() : "", one && keys.contains(all.front()), all});
  }

  void look(const Table& table, const Schemas& schemas) {
    for (const Table::Entry& entry : table.entries()) {
      const bool known = std::ranges::any_of(
          schemas, [&](const Schema* schema) { return schema != nullptr && schema->find(entry.key) != nullptr; });
      if (known) continue;
      for (const Schema* schema : schemas) {
        if (schema != nullptr && add(table, entry, *schema)) break;
      }
    }
  }

  static const Field* now_called(const Schema& schema, const std::string& former) {
    const auto field = std::ranges::find_if(schema.fields, [&](const Field& f) {
      return std::ranges::find(f.former_names, former) != f.former_names.end();
    });
    return field == schema.fields.end() ? nullptr : &*field;
  }

  bool add(const Table& table, const Table::Entry& entry, const Schema& schema) {
    const Field* field = now_called(schema, entry.key);
    if (field == nullptr) return false;
    found_.push_back({entry.key_place, entry.key, field->name, table.contains(field->name), {field->name}});
    return true;
  }

  const Catalogue& catalogue_;
  std::vector<Rename> found_;
};

// Where in the text a key stands, and how many bytes it has there, quotes included; length 0 if it is not found.
struct Stretch {
  size_t begin = 0, length = 0;
};

Stretch stretch_of(const std::string& text, const std::vector<Token>& tokens, const Rename& rename) {
  for (const Token& token : tokens) {
    const auto begin = static_cast<size_t>(token.text.data() - text.data());
    if (token.line != rename.place.line || token.column > rename.place.column) continue;
    if (token.kind == Token::Kind::string && token.column == rename.place.column) return {begin, token.text.size()};
    // A dotted key is one word.
    const auto inside = static_cast<size_t>(rename.place.column - token.column);
    if (token.kind == Token::Kind::word &&
        token.text.substr(std::min(inside, token.text.size())).starts_with(rename.from))
      return {begin + inside, rename.from.size()};
  }
  return {};
}

}  // namespace

std::vector<Rename> renames_in(const Table& table, const Catalogue& catalogue) { return Finder(catalogue).find(table); }

Migrated migrated(const std::string& name, const std::string& text, const Catalogue& catalogue) {
  Migrated result;
  result.text = text;
  for (Rename& rename : renames_in(parse_recipe(name, text).table, catalogue))
    (rename.taken || rename.to.empty() ? result.left : result.done).push_back(std::move(rename));
  const std::vector<Token> tokens = tokens_of(text);
  size_t copied = 0;
  result.text.clear();
  for (const Rename& rename : result.done) {
    const Stretch at = stretch_of(text, tokens, rename);
    if (at.length == 0) throw Bug("the key " + rename.from + " of " + name + " is not where the parser saw it");
    result.text += text.substr(copied, at.begin - copied) + rename.to;
    copied = at.begin + at.length;
  }
  result.text += text.substr(copied);
  const std::vector<Rename> still = renames_in(parse_recipe(name, result.text).table, catalogue);
  if (still.size() != result.left.size() || comments_of(result.text) != comments_of(text))
    throw Bug("the new text of " + name + " is not what was meant");
  return result;
}

}  // namespace dltrain::models
