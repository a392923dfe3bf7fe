// Everything that a recipe can name, for what lists and documents it.
#pragma once

#include <string>
#include <vector>

#include "core/schema.h"

namespace dltrain::app {

// training::catalogue() and the models of the zoo, as the family "zoo". To read a recipe the former is enough, and the zoo
// takes three milliseconds.
const Catalogue& reference_catalogue();
// Its families, without that price.
std::vector<std::string> reference_families();

}  // namespace dltrain::app
