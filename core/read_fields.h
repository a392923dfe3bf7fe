// From what a recipe says to canonical parameters, by the schemas of a Catalogue. Everything that is wrong is reported,
// with its place, not only the first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/component.h"
#include "core/diagnostic.h"
#include "core/schema.h"

namespace dltrain {

// Reads a component: a text ("Adam") or a table with "type". Reports everything that is wrong and returns nothing then.
// `who` opens each message, e.g. `layer "dense" (Dense)`; `label` is what the recipe calls the component there, e.g.
// "kernel_initializer" (the family if empty); `by_default`: the type that it has where the recipe does not say.
std::optional<Component> read_component(const Catalogue& catalogue, const std::string& family, const Setting& given,
                                        const std::string& who, Diagnostics& diagnostics, const std::string& label = {},
                                        const std::string& by_default = {});

// Reads the keys of `given` by a schema into canonical form, except those in `ignored` (known ones keep their default).
// Reports unknown keys with the nearest name, wrong types, broken rules, missing required keys (at `place`). A value
// that is wrong is none in the result.
Table read_fields(const Catalogue& catalogue, const Schema& schema, const Table& given, const std::string& who,
                  const std::vector<std::string>& ignored, const Place& place, Diagnostics& diagnostics);

// Reports the key of a table without "type" that was probably meant for it: { tpye = "Dense" }. False if there is none.
bool report_misspelt_type(const Table& given, const std::string& who, Diagnostics& diagnostics);

// Adds "did you mean" and the known names to a diagnostic.
void suggest(Diagnostic& diagnostic, std::string_view given, const std::vector<std::string>& names,
             const std::string& more = {});
// The same for the kinds of a family: aliases are suggested, but not listed.
void suggest_kind(Diagnostic& diagnostic, std::string_view given, const Catalogue& catalogue,
                  const std::string& family);

}  // namespace dltrain
