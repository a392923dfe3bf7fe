// `--set a.b.c=VALUE`: a value of the recipe that the command line changes. VALUE is TOML, or a text without quotes where
// it is not (models/recipe/plain_text.h). Layers are addressed by
// name, automatic names too: layers.hidden.units=128. A component that the recipe writes as a text becomes a table
// first, so that train.optimizer.learning_rate=0.01 works with optimizer = "Adam". Places of changed values point into
// a source that is called --set and holds the change; where another option stands for a change, they are that option.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/diagnostic.h"
#include "core/schema.h"
#include "models/recipe/parse.h"

namespace dltrain::models {

struct Override {
  Override(std::string text, std::string option = "") : change(std::move(text)), typed(std::move(option)) {}
  Override(const char* text) : change(text) {}

  std::string change;  // "train.epochs=3"
  std::string typed;  // the option that it comes from, as it was typed: "--epochs 3"; empty: --set
};

// Applies the changes in their order. Throws UserError (recipe) with everything that is wrong with them. That a key
// exists and takes the value is checked when the recipe is read.
void apply_overrides(Recipe& recipe, const std::vector<Override>& changes, const Catalogue& catalogue);

// Adds to a message on a value of --set that must be a text how to write that in a shell, which takes quotes away.
void explain_quotes(Diagnostic& diagnostic);

}  // namespace dltrain::models
