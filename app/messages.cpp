#include "app/messages.h"

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "app/annotations.h"
#include "core/text.h"

namespace dltrain::app {

bool colours_on_stderr() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

namespace {

bool annotates = false;  // of the process, as colours are

}  // namespace

void annotate_for_github() { annotates = true; }

void print_message(const Diagnostic& diagnostic) {
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
  if (annotates) std::fputs(github_annotation(diagnostic).c_str(), stderr);
}

Table message_table(const Diagnostic& diagnostic) {
  Table table;
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) table.set(key, text);
  };
  add("severity", diagnostic.severity == Severity::error ? "error" : "warning");
  add("code", std::string(diagnostic.code.number()));
  add("name", std::string(diagnostic.code.name()));
  if (const Place& place = diagnostic.place; place.known()) {
    add("file", place.source->name);
    if (place.line > 0) table.set("line", place.line);
    if (place.column > 0) table.set("column", place.column);
    if (place.end_column > 0) table.set("end_column", place.end_column);
  }
  add("who", diagnostic.who);
  add("what", diagnostic.what);
  add("hint", diagnostic.hint);
  add("known", diagnostic.known);
  add("help", diagnostic.help);
  return table;
}

namespace {

// What nobody reads to its end is cut: the same mistake in a thousand places is mended at the first ones.
constexpr size_t most_messages = 100;

void say_more(size_t more) {
  if (more > 0) std::fprintf(stderr, "... and %s like these\n", counted(static_cast<int64_t>(more), "message").c_str());
}

}  // namespace

void print_error(const UserError& error) {
  const std::vector<Diagnostic>& all = error.diagnostics();
  for (size_t i = 0; i < std::min(all.size(), most_messages); ++i) print_message(all[i]);
  say_more(all.size() - std::min(all.size(), most_messages));
  const auto errors = std::count_if(error.diagnostics().begin(), error.diagnostics().end(),
                                    [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (error.code() == ExitCode::recipe && error.diagnostics().front().place.known()) {
    const auto first = std::find_if(error.diagnostics().begin(), error.diagnostics().end(),
                                    [](const Diagnostic& d) { return d.severity == Severity::error; });
    std::fprintf(stderr, "%ld error%s; nothing was run. dltrain explain %s shows %s wrong and right.\n",
                 static_cast<long>(errors), errors == 1 ? "" : "s",
                 errors == 1 ? std::string(first->code.number()).c_str() : "CODE", errors == 1 ? "it" : "each");
  }
}

void print_warnings(const Diagnostics& diagnostics) {
  size_t said = 0;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.severity == Severity::warning && said++ < most_messages) print_message(diagnostic);
  }
  say_more(said - std::min(said, most_messages));
}

}  // namespace dltrain::app
