// The command line.
#pragma once

#include "core/exit_code.h"

namespace dltrain::app {

// Parses, runs the command, returns its exit code. A wrong command or option is a UserError (recipe) with the nearest
// name.
ExitCode run(int argc, char** argv);

}  // namespace dltrain::app
