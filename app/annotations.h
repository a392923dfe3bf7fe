// Messages as GitHub Actions shows them beside the lines of a recipe ("workflow commands"):
// ::error file=recipe.toml,line=14,col=31,title=unknown-value::what is wrong
#pragma once

#include <string>

#include "core/diagnostic.h"

namespace dltrain::app {

// One line, with its end.
std::string github_annotation(const Diagnostic& diagnostic);

}  // namespace dltrain::app
