#pragma once

#include <string>

namespace dltrain {

// "0.1.0"
std::string version();

}  // namespace dltrain
