// Catalogues of what a test needs, without all of the program.
#pragma once

#include "core/schema.h"

namespace dltrain::test {

// Of several folders: catalogue_of(layers::fill_catalogue, models::fill_catalogue).
Catalogue catalogue_of(auto... fill) {
  Catalogue catalogue;
  (fill(catalogue), ...);
  return catalogue;
}

}  // namespace dltrain::test
