// The worked recipes of recipes/, which are part of the program.
#pragma once

#include <map>
#include <string>

namespace dltrain::app::worked {

// Their texts by name: "iris". Generated from recipes/*.toml.
const std::map<std::string, std::string>& pages();

}  // namespace dltrain::app::worked
