#pragma once

#include <string>

namespace dltrain {

// "0.1.0"
std::string version();
// "0.1.0 (GCC 14.2.0, optimized)": two programs of the same text may round in the same way.
std::string version_and_build();

}  // namespace dltrain
