// A small catalogue for tests of the recipe language, so that a new layer does not change the wording of every message
// in tests/models/recipe/golden.
#pragma once

#include "core/schema.h"

namespace dltrain::test {

const Catalogue& small_catalogue();

}  // namespace dltrain::test
