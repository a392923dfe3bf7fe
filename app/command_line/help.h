// The text of --help, of the program and of each command.
#pragma once

#include <string>

#include "app/command_line/command.h"

namespace dltrain::app {

// Lines of at most `width` characters.
std::string help_text(const CommandLine& line, size_t width);
std::string help_text(const CommandLine& line, const Command& command, size_t width);

// "dltrain fit [options] RECIPE..."
std::string usage(const Command& command);
// "-q, --quiet", "--epochs N", "RECIPE..."
std::string heading(const Option& option);
// What it is, with its range, its default and what it needs.
std::string description(const Option& option);

}  // namespace dltrain::app
