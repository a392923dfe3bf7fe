// [[callbacks]]: what is added to the standard callbacks, or changes one of them.
#include "core/text.h"
#include "models/recipe/reading.h"

namespace dltrain::models {

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
  for (const Setting& element : *list) {
    if (auto callback = read_component(reading.catalogue, "callback", element, "[[callbacks]]", reading.diagnostics)) {
      callbacks.push_back(std::move(*callback));
    }
  }
  return callbacks;
}

}  // namespace dltrain::models
