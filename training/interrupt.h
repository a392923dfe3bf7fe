// SIGINT, SIGTERM and SIGHUP: the first asks the run to end cleanly, the second ends the process at once.
#pragma once

#include "core/exit_code.h"

namespace dltrain::training {

// Installs the handlers; SIGPIPE and SIGXFSZ are ignored from then on. Call once, before threads start.
void watch_signals();

// From now on a closed pipe ends the process at once, as it ends cat and grep: for commands whose result is what they
// print.
void end_with_reader();
// Until end_cleanly() the first signal ends the process too: as long as data is read and nothing was trained there is
// nothing to save, and nobody wants to wait.
void end_at_once();
void end_cleanly();
// Whether a signal has asked to stop. Every loop that may run for long looks at it.
bool interrupted();
// interrupted for SIGINT, terminated for the others; ok if there was none.
ExitCode signal_exit_code();

}  // namespace dltrain::training
