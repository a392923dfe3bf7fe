// `--set a.b.c=VALUE`: a value of the recipe that the command line changes. VALUE is TOML. Layers are addressed by
// name, automatic names too: layers.hidden.units=128. A component that the recipe writes as a text becomes a table
// first, so that train.optimizer.learning_rate=0.01 works with optimizer = "Adam". Places of changed values point into
// a source that is called like the option and holds the change.
#pragma once

#include <string>
#include <vector>

#include "core/schema.h"
#include "models/recipe/parse.h"

namespace dltrain::models {

// Applies the changes in their order. Throws UserError (recipe) with everything that is wrong with them. That a key
// exists and takes the value is checked when the recipe is read.
void apply_overrides(Recipe& recipe, const std::vector<std::string>& changes, const Catalogue& catalogue);

// One change; `option` is what messages call it.
void apply_override(Recipe& recipe, const std::string& change, const std::string& option, const Catalogue& catalogue);

}  // namespace dltrain::models
