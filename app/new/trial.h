// A recipe that has just been made, read as the program reads it: so that no recipe is written that would be refused.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.h"

namespace dltrain::app {

// `path` is where the recipe will be; paths in it start there. Reads the recipe and the data, and assembles the model.
// The warnings; throws UserError for what is wrong.
std::vector<Diagnostic> try_recipe(const std::string& path, const std::string& text);

}  // namespace dltrain::app
