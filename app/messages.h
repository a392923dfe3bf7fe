// Diagnostics on the terminal.
#pragma once

#include "core/diagnostic.h"
#include "core/setting.h"

namespace dltrain::app {

// Whether standard error is a terminal that takes colours (NO_COLOR is respected).
bool colours_on_stderr();
// From now on every message is followed by an annotation for GitHub Actions (app/annotations.h).
void annotate_for_github();
// One message.
void print_message(const Diagnostic& diagnostic);
// The same for programs: severity, code, file, line, column, end_column, who, what, hint, known, help; what is not known
// is left out.
Table message_table(const Diagnostic& diagnostic);
// Each message with its place, then "2 errors; nothing was run." where there was more than a message to read.
void print_error(const UserError& error);
void print_warnings(const Diagnostics& diagnostics);

}  // namespace dltrain::app
