// Diagnostics on the terminal.
#pragma once

#include "core/diagnostic.h"

namespace dltrain::app {

// Whether standard error is a terminal that takes colours (NO_COLOR is respected).
bool colours_on_stderr();
// Each message with its place, then "2 errors; nothing was run." where there was more than a message to read.
void print_error(const UserError& error);
void print_warnings(const Diagnostics& diagnostics);

}  // namespace dltrain::app
