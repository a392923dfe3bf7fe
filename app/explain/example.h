// A line or more that a recipe could say, for what explain tells about.
#pragma once

#include <string>

#include "core/schema.h"

namespace dltrain::app {

// What must be said and little else; it has been read as a recipe would be. Empty where none can be made up.
std::string example_text(const Catalogue& catalogue, const Schema& schema);

// "keras.layers.Dense"; empty for what Keras does not have.
std::string keras_name(const Schema& schema);

}  // namespace dltrain::app
