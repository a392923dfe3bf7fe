// The manual page, made from the description of the command line.
#pragma once

#include <string>

#include "app/command_line/command.h"

namespace dltrain::app {

// In the macros of man(7): docs/man/dltrain.1.
std::string manual_page(const CommandLine& line);

}  // namespace dltrain::app
