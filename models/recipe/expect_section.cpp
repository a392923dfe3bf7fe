// [[expect]]: bounds that a run must keep.
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

std::vector<ExpectSpec> read_expectations(Reading& reading) {
  std::vector<ExpectSpec> expectations;
  const Setting* given = reading.recipe.table.find("expect");
  if (given == nullptr) return expectations;
  const List* list = given->list();
  if (list == nullptr) {
    reading.diagnostics
        .error("wrong-type", given->table() != nullptr ? reading.recipe.table.key_place("expect") : given->place(), "",
               "expect must be a list (was " + given->type_text() + ")")
        .help = "write [[expect]] with two pairs of brackets above each bound";
    return expectations;
  }
  for (const Setting& element : *list) {
    if (element.table() == nullptr) {
      reading.diagnostics
          .error("wrong-type", element.place(), "[[expect]]",
                 "a bound is a table (was " + element.toml() + ", " + element.type_text() + ")")
          .help = "write { metric = \"val_accuracy\", min = 0.9 }";
      continue;
    }
    const size_t before = reading.diagnostics.error_count();
    ExpectSpec expectation = reading.read_as<ExpectSpec>(*element.table(), "[[expect]]", {}, element.place());
    expectation.place = element.place();
    for (const Table::Entry& entry : element.table()->entries())
      expectation.places.emplace(entry.key, entry.value.place());
    if (reading.diagnostics.error_count() == before) expectations.push_back(std::move(expectation));
  }
  return expectations;
}

}  // namespace dltrain::models
