// [[callbacks]]: what is added to the standard callbacks, or changes one of them.
#include "core/text.h"
#include "models/recipe/reading.h"

namespace dltrain::models {

namespace {

// What users of Keras write and a recipe has in another way. A callback that is none here is reported: true.
bool report_foreign_kind(Diagnostics& diagnostics, const Setting& callback) {
  const Setting* kind = callback.table() != nullptr ? callback.table()->find("type") : &callback;
  if (kind == nullptr || kind->text() == nullptr) return false;
  const std::string advice = advice_about_key("callback", *kind->text());
  if (advice.empty()) return false;
  diagnostics
      .error("unknown-value", kind->place(), "[[callbacks]]", "there is no callback " + quote(*kind->text()) + " here")
      .help = advice;
  return true;
}

// Takes arguments out that have no counterpart, and reports them.
void report_foreign_keys(Diagnostics& diagnostics, Setting& callback) {
  Table* table = callback.table();
  const Setting* kind = table != nullptr ? table->find("type") : nullptr;
  if (kind == nullptr || kind->text() == nullptr) return;
  const std::string who = "callback " + *kind->text();
  const Table given = *table;
  for (const Table::Entry& entry : given.entries()) {
    std::string advice = advice_about_key(who, entry.key);
    if (advice.empty() && entry.key == "verbose") advice = advice_about_key("callback", entry.key);
    if (advice.empty()) continue;
    diagnostics.error("unknown-key", entry.key_place, "[[callbacks]]: " + who, "there is no key " + quote(entry.key))
        .help = advice;
    table->erase(entry.key);
  }
}

}  // namespace

std::vector<Component> read_callbacks(Reading& reading) {
  std::vector<Component> callbacks;
  const Setting* given = reading.recipe.table.find("callbacks");
  if (given == nullptr) return callbacks;
  const List* list = given->list();
  if (list == nullptr) {
    reading.diagnostics
        .error("wrong-type", given->place(), "", "callbacks must be a list (was " + given->type_text() + ")")
        .help =
        "write [[callbacks]] with two pairs of brackets above each, or callbacks = [\"EarlyStopping\"] above the first section";
    return callbacks;
  }
  for (Setting element : *list) {
    if (report_foreign_kind(reading.diagnostics, element)) continue;
    report_foreign_keys(reading.diagnostics, element);
    if (auto callback = read_component(reading.catalogue, "callback", element, "[[callbacks]]", reading.diagnostics)) {
      callbacks.push_back(std::move(*callback));
    }
  }
  return callbacks;
}

}  // namespace dltrain::models
