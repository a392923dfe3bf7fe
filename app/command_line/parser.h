// The words of the command line, read as their description says. The only place that knows the library for it.
#pragma once

#include "app/command_line/command.h"

namespace dltrain::app {

struct Request {
  enum class Kind {
    command,
    help,
    version,
  };
  Kind kind = Kind::command;
  const Command* command = nullptr;  // help without one is that of the program
};

// Writes the values to where the options point. Throws UserError (recipe) with the nearest name.
Request parse(CommandLine& line, int argc, const char* const* argv);

}  // namespace dltrain::app
