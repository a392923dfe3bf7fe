#include "models/recipe/overrides.h"

#include <algorithm>

#include "core/describe.h"
#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "models/recipe/names.h"
#include "models/recipe/plain_text.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

struct Segment {
  std::string key;
  Place place;
};

struct Change {
  std::vector<Segment> path;  // never empty
  Setting value;
};

[[noreturn]] void refuse(Diagnostic d) { throw UserError(ExitCode::recipe, {std::move(d)}); }

bool same_position(const Place& a, const Place& b) { return a.line == b.line && a.column == b.column; }

// The path of "a.b=3" leads through tables that stand where their keys stand, to the value.
Change change_of(Table table, const std::shared_ptr<const Source>& source) {
  Change change;
  while (true) {
    if (table.size() != 1)
      refuse({Severity::error, "bad-change", {source, 1, 1, 0}, "", "a change has one key and one value"});
    Table::Entry entry = table.entries().front();
    change.path.push_back({entry.key, entry.key_place});
    const bool leads_on = entry.value.table() != nullptr && same_position(entry.value.place(), entry.key_place);
    if (!leads_on) {
      change.value = std::move(entry.value);
      return change;
    }
    table = *entry.value.table();
  }
}

// "a.b = relu" as if the value stood in quotes, with places as it was typed. Throws UserError if the key is malformed.
Change plain_change(const std::shared_ptr<const Source>& source, const std::string& key, const std::string& value) {
  const std::string blanks = value.substr(0, value.find_first_not_of(" \t"));
  const auto quoted = std::make_shared<const Source>(Source{"--set", key + "=" + blanks + quote(trim(value))});
  try {
    Change change = change_of(parse_toml(quoted), source);
    for (Segment& segment : change.path) segment.place.source = source;
    const Place& place = change.value.place();
    change.value.set_place({source, place.line, place.column, place.end_column - 2});
    return change;
  } catch (const UserError& error) {
    Diagnostic d = error.diagnostics().front();
    d.place.source = source;
    refuse(std::move(d));
  }
}

// For a shell, which takes quotes away that nothing protects.
std::string in_shell(const std::string& key, const std::string& value) {
  return "in a shell: --set '" + std::string(trim(key)) + "=" + quote(trim(value)) + "'";
}

std::string single_quotes(const std::string& key) {
  return "in a shell: --set '" + std::string(trim(key)) +
         "=...', in single quotes, which leave the quotes of texts where they are";
}

// The key of "layers.o/d.units=3" with quotes around the names that want them; empty if none does, or if it has some.
std::string quoted_path(const std::string& key) {
  if (key.find_first_of("\"'") != std::string::npos) return {};
  std::vector<std::string> names = split(trim(key), '.');
  for (std::string& name : names) name = toml_key(name);
  const std::string quoted = join(names, ".");
  return quoted == trim(key) || quoted.find("\"\"") != std::string::npos ? "" : quoted;
}

// "a.b=3" is a TOML text, or would be one if its value stood in quotes.
Change parse_change(const std::string& text) {
  const auto source = std::make_shared<const Source>(Source{"--set", text});
  const size_t equals = text.find('=');
  if (equals == std::string::npos || text.find_first_of("\r\n") != std::string::npos || trim(text).starts_with('[')) {
    refuse({Severity::error,
            "bad-change",
            {source, 1, 0, 0},
            "",
            "a change is written KEY=VALUE (was " + quote(text) + ")",
            "",
            "",
            "for example: --set train.epochs=3 or --set layers.hidden.units=128"});
  }
  const std::string key = text.substr(0, equals), value = text.substr(equals + 1);
  try {
    Table table = parse_toml(source);
    return change_of(std::move(table), source);
  } catch (const UserError& error) {
    const std::string word(trim(value));
    if (is_plain_text(word)) return plain_change(source, key, value);
    Diagnostic d = error.diagnostics().front();
    if (const std::string quoted = quoted_path(key); !quoted.empty()) {
      d.hint = "a name with other signs than letters, digits, _ and - stands in quotes";
      d.help = "in a shell: --set '" + quoted + "=" + word + "'";
    } else if (word.starts_with('[') || word.starts_with('{')) {
      d.help = single_quotes(key);
    } else if (word.find(',') != std::string::npos && word.find_first_of("\"'") == std::string::npos &&
               mistaken_value(word).empty()) {
      d.hint = "a list stands in brackets: [" + word + "]";
    } else if (word.find(',') == std::string::npos && !mistaken_value(word).empty()) {
      d.help = "for a text, " + in_shell(key, word);
    }
    refuse(std::move(d));
  }
}

// Nobody has typed the change: messages name the option, without line and column.
void place_at_option(Change& change, const std::string& typed) {
  const Place place{std::make_shared<const Source>(Source{typed, ""})};
  for (Segment& segment : change.path) segment.place = place;
  change.value.set_place(place);
}

// Walks from the recipe's table to the one that holds the last key.
class Changer {
 public:
  Changer(Recipe& recipe, const Catalogue& catalogue, Change change)
      : recipe_(recipe), catalogue_(catalogue), change_(std::move(change)) {
    if (change_.path.front().key == "layers")
      change_.path.insert(change_.path.begin(), {"model", change_.path.front().place});
  }

  void apply() {
    if (change_.path.front().key == "extends")
      refuse({Severity::error, "bad-change", change_.path.front().place, "",
              "what a recipe extends is settled before it is changed", "", "",
              "write extends in a recipe of its own, and give that one"});
    Table* table = &recipe_.table;
    for (size_t i = 0; i + 1 < change_.path.size(); ++i) {
      const bool layer = i == 1 && change_.path[0].key == "model" && change_.path[1].key == "layers";
      table = layer ? layer_table(*table, ++i) : child(*table, i);
    }
    const Segment& last = change_.path.back();
    table->erase(last.key);
    table->set(last.key, std::move(change_.value), last.place);
  }

 private:
  // The path up to a segment: "train.optimizer".
  std::string path_to(size_t last) const {
    std::string text;
    for (size_t i = 0; i <= last; ++i) text += (i > 0 ? "." : "") + toml_key(change_.path[i].key);
    return text;
  }

  Table* child(Table& table, size_t at) {
    const Segment& segment = change_.path[at];
    Setting* found = table.find(segment.key);
    if (found == nullptr) {
      table.set(segment.key, Setting(default_table(at), segment.place), segment.place);
      found = table.find(segment.key);
    }
    if (const std::string* kind = found->text()) *found = Setting(typed_table(*kind, found->place()), found->place());
    if (found->table() != nullptr) return found->table();
    refuse({Severity::error, "wrong-type", segment.place, "",
            path_to(at) + " is " + found->type_text() + " in the recipe, and has no keys"});
  }

  static Table typed_table(const std::string& kind, const Place& place) {
    Table table;
    table.set("type", Setting(kind, place), place);
    return table;
  }

  // A component that the recipe leaves to its default is made explicit: train.optimizer is { type = "Adam" }.
  Table default_table(size_t at) const {
    if (at != 1 || change_.path[0].key != "train") return {};
    const Schema train = make_schema<TrainSection>("section");
    const Field* field = train.find(change_.path[1].key);
    const bool known =
        field != nullptr && field->type == FieldType::component && field->default_value.text() != nullptr;
    return known ? typed_table(*field->default_value.text(), change_.path[1].place) : Table();
  }

  // The table of the layer that path[at] names.
  Table* layer_table(Table& model, size_t at) {
    const Segment& segment = change_.path[at];
    Setting* layers = model.find("layers");
    if (layers == nullptr || layers->list() == nullptr) {
      refuse({Severity::error, "unknown-layer", segment.place, "", "the recipe has no list of layers"});
    }
    const std::vector<std::string> names = layer_names(*layers->list());
    const auto found = std::find(names.begin(), names.end(), segment.key);
    if (found == names.end()) {
      Diagnostic d{Severity::error, "unknown-layer", segment.place, "", "there is no layer " + quote(segment.key)};
      suggest(d, segment.key, names);
      const std::string block = segment.key.substr(0, segment.key.find('/'));
      if (block != segment.key && std::find(names.begin(), names.end(), block) != names.end())
        d.help =
            "a layer of a block is changed by what the block takes: --set layers." + toml_key(block) + ".KEY=VALUE";
      refuse(std::move(d));
    }
    Setting& layer = (*layers->list())[static_cast<size_t>(found - names.begin())];
    if (const std::string* kind = layer.text()) layer = Setting(typed_table(*kind, layer.place()), layer.place());
    if (at + 1 < change_.path.size() && layer.table() != nullptr) return layer.table();
    refuse({Severity::error, "bad-change", segment.place, "",
            "which key of layer " + quote(segment.key) + " is to change?", "", "",
            "write --set layers." + toml_key(segment.key) + ".KEY=VALUE"});
  }

  Recipe& recipe_;
  const Catalogue& catalogue_;
  Change change_;
};

}  // namespace

void apply_overrides(Recipe& recipe, const std::vector<Override>& changes, const Catalogue& catalogue) {
  Diagnostics diagnostics;
  for (const Override& each : changes) {
    try {
      Change change = parse_change(each.change);
      if (!each.typed.empty()) place_at_option(change, each.typed);
      Changer(recipe, catalogue, std::move(change)).apply();
    } catch (const UserError& error) {
      diagnostics.add(error.diagnostics());
    }
  }
  diagnostics.throw_if_errors(ExitCode::recipe);
}

void explain_quotes(Diagnostic& diagnostic) {
  const Place& place = diagnostic.place;
  if (!place.known() || place.source->name != "--set" || diagnostic.hint != "write it in quotes") return;
  const std::string& change = place.source->text;
  const size_t equals = change.find('=');
  const std::string value(trim(change.substr(equals + 1)));
  if (!value.starts_with('[') && !value.starts_with('{'))  // one that is whole
    diagnostic.help = in_shell(change.substr(0, equals), value);
}

}  // namespace dltrain::models
