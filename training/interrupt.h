// SIGINT, SIGTERM and SIGHUP: the first asks the run to end cleanly, the second ends the process at once.
#pragma once

#include "core/exit_code.h"

namespace dltrain::training {

// Installs the handlers; SIGPIPE is ignored from then on. Call once, before threads start.
void watch_signals();

// From now on a closed pipe ends the process at once, as it ends cat and grep: for commands whose result is what they
// print.
void end_with_reader();
// Whether a signal has asked to stop. Every loop that may run for long looks at it.
bool interrupted();
// interrupted for SIGINT, terminated for the others; ok if there was none.
ExitCode signal_exit_code();

}  // namespace dltrain::training
