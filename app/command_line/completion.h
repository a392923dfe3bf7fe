// What shells offer when the tab key is pressed, as scripts made from the description of the command line.
#pragma once

#include <string>

#include "app/command_line/command.h"

namespace dltrain::app {

std::string bash_completion(const CommandLine& line);
std::string zsh_completion(const CommandLine& line);
std::string fish_completion(const CommandLine& line);

// The command that prints all names that explain knows, for the scripts.
constexpr auto names_command = "dltrain completion names";

// In single quotes, as the shells read it.
std::string shell_quoted(const std::string& text);

}  // namespace dltrain::app
