// `extends = "base.toml"`: a recipe says only what differs from another one.
//
// Tables are joined key by key; all else (numbers, texts, lists) is replaced. A table with another `type` than the base's
// replaces it. A table in the place of a list of layers changes layers of that list by name, automatic names too:
// [model.layers.hidden]. Over `optimizer = "Adam"`, a table without `type` adds to Adam. The name of a run is not taken
// from a base. A base may have a base, eight in a row at most.
//
// Paths start at the folder of the recipe that says them, so that a base means the same to all that extend it.
#pragma once

#include "core/diagnostic.h"
#include "core/schema.h"
#include "models/recipe/parse.h"

namespace dltrain::models {

constexpr int most_bases = 8;

// Puts what the bases say below what the recipe says. Throws UserError (recipe) for a base that is not there or not a
// recipe, and for circles; adds errors for layers that the base does not have. Places in a base point into its file.
void resolve_extends(Recipe& recipe, const Catalogue& catalogue, Diagnostics& diagnostics);

}  // namespace dltrain::models
