// From a parsed recipe to a Spec: every mistake is reported with its place, not only the first.
#pragma once

#include "core/diagnostic.h"
#include "core/schema.h"
#include "models/recipe/parse.h"
#include "models/spec.h"

namespace dltrain::models {

struct ReadOptions {
  // Whether the model is to be trained or evaluated. Else [data] and [train] may be missing.
  bool for_training = true;
};

// Warnings go to `diagnostics`. Throws UserError (recipe) with all mistakes if there are any.
Spec read_spec(const Recipe& recipe, const Catalogue& catalogue, const ReadOptions& options, Diagnostics& diagnostics);

// Adds to the catalogue which names of Keras exist but are not part of this version, so that messages can say so.
void add_planned(Catalogue& catalogue);

}  // namespace dltrain::models
