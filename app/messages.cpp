#include "app/messages.h"

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace dltrain::app {

bool colours_on_stderr() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

namespace {

void print(const Diagnostic& diagnostic) {
  std::string text = diagnostic.text();
  if (colours_on_stderr()) {
    const bool is_error = diagnostic.severity == Severity::error;
    const std::string word = is_error ? "error" : "warning";
    const size_t at = text.find(word);
    if (at != std::string::npos)
      text = text.substr(0, at) + (is_error ? "\033[1;31m" : "\033[1;33m") + word + "\033[0m" +
             text.substr(at + word.size());
  }
  std::fputs(text.c_str(), stderr);
}

}  // namespace

void print_error(const UserError& error) {
  for (const Diagnostic& diagnostic : error.diagnostics()) print(diagnostic);
  const auto errors = std::count_if(error.diagnostics().begin(), error.diagnostics().end(),
                                    [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (error.code() == ExitCode::recipe && error.diagnostics().front().place.known()) {
    std::fprintf(stderr, "%ld error%s; nothing was run.\n", static_cast<long>(errors), errors == 1 ? "" : "s");
  }
}

void print_warnings(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.severity == Severity::warning) print(diagnostic);
  }
}

}  // namespace dltrain::app
