// The one form of a recipe: what is stored beside every model, and what `dltrain explain RECIPE --stage spec` prints.
#pragma once

#include <string>

#include "models/spec.h"

namespace dltrain::models {

// TOML 1.0 with every default written out. Read again, it gives an equal Spec.
std::string canonical_toml(const Spec& spec);

}  // namespace dltrain::models
