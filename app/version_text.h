#pragma once

#include <string>

namespace dltrain::app {

// The version of the program and of the libraries it was built with, a line each.
std::string version_text();

}  // namespace dltrain::app
