// Inputs that number the rows of a table: which numbers the layers that look them up know.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/spec.h"

namespace dltrain::models {

// The numbers of an input go from 0 to count - 1.
struct IdLimit {
  std::string input;  // of the model
  std::string who;    // the layer, as messages begin
  int64_t count = 0;
  Place place = {};   // of the layer
};

// One for each input and Embedding that its values reach as they are: through layers that only move them.
std::vector<IdLimit> id_limits(const ModelSpec& model);

}  // namespace dltrain::models
