// What a recipe says over what its base says (models/recipe/extends.h has the rules).
#pragma once

#include "core/diagnostic.h"
#include "core/schema.h"
#include "core/setting.h"

namespace dltrain::models {

// Reports layers that are to be changed and are not there.
void join_tables(Table& base, const Table& over, const Catalogue& catalogue, Diagnostics& diagnostics);

}  // namespace dltrain::models
