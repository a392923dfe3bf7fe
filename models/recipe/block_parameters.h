// What a use of a block says: keys that every use has, and values of the block's parameters.
#pragma once

#include <string>

#include "models/recipe/blocks.h"
#include "models/recipe/reading.h"

namespace dltrain::models {

// The value of each parameter: given, or by default. Keys that nothing knows, values of another type than the default and
// missing ones are reported in the name of `who`.
Table read_block_use(Reading& reading, const Block& block, const Table& keys, const std::string& who,
                     const Place& place);

}  // namespace dltrain::models
