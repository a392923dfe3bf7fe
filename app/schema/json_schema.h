// The JSON Schema (draft 7) of recipes, made from the same declarations that read them: for completion, hover text and
// errors in editors. It accepts every recipe that dltrain accepts; what needs more than one place to see (names of
// layers, shapes) only `dltrain check` finds. Because blocks have names of the user's, an unknown layer type is accepted.
#pragma once

#include "core/schema.h"
#include "core/setting.h"

namespace dltrain::app {

Table recipe_schema(const Catalogue& catalogue);

}  // namespace dltrain::app
