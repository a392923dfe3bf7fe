#include "app/verdicts.h"

#include <sys/stat.h>
#include <unistd.h>
#include <cstdio>

#include "app/json_events.h"
#include "app/messages.h"
#include "core/text.h"

namespace dltrain::app {

using training::Verdict;

std::string verdict_line(const Verdict& verdict) {
  return std::string("expect ") + verdict_word(verdict.kind) + ": " + verdict.bound + " (" + verdict.found + ")";
}

Table verdict_table(const Verdict& verdict) {
  Table table;
  table.set("event", "expectation");
  table.set("verdict", verdict_word(verdict.kind));
  table.set("bound", verdict.bound);
  table.set("found", verdict.found);
  if (verdict.value) table.set("value", *verdict.value);
  if (verdict.place.known()) table.set("place", verdict.place.text());
  return table;
}

Diagnostic verdict_message(const Verdict& verdict) {
  Diagnostic d{Severity::error, "missed-bound", verdict.place, "[[expect]]",
               "missed: " + verdict.bound + " (was " + verdict.found + ")"};
  if (!verdict.known_before) d.help = "to see how much it varies over seeds: dltrain fit RECIPE --repeat 5";
  return d;
}

void print_test_values(const training::Values& test) {
  for (const auto& [name, value] : test) std::printf("test_%s %s\n", name.c_str(), number_text(value).c_str());
  std::fflush(stdout);
}

namespace {

// Whether results and messages are read side by side: a terminal, a log of both.
bool results_stand_beside_messages() {
  struct stat out{}, err{};
  return ::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev &&
         out.st_ino == err.st_ino;
}

}  // namespace

void print_verdicts(const std::vector<Verdict>& verdicts, const CommonOptions& common) {
  const bool once = results_stand_beside_messages();
  for (const Verdict& verdict : verdicts) {
    if (once && !common.json && verdict.kind == Verdict::Kind::missed) continue;
    if (common.json) print_line(verdict_table(verdict));
    else if (common.says_results()) std::printf("%s\n", verdict_line(verdict).c_str());
  }
  std::fflush(stdout);
  for (const Verdict& verdict : verdicts) {
    if (verdict.kind == Verdict::Kind::missed) print_message(verdict_message(verdict));
  }
}

}  // namespace dltrain::app
