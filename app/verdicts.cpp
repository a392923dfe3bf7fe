#include "app/verdicts.h"

namespace dltrain::app {

using training::Verdict;

const char* verdict_word(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::met: return "met";
    case Verdict::Kind::missed: return "missed";
    case Verdict::Kind::not_judged: return "open";
  }
  return "";
}

std::string verdict_line(const Verdict& verdict) {
  return std::string("expect ") + verdict_word(verdict.kind) + ": " + verdict.bound + " (" + verdict.found + ")";
}

Table verdict_table(const Verdict& verdict) {
  Table table;
  table.set("event", "expectation");
  table.set("verdict", verdict_word(verdict.kind));
  table.set("bound", verdict.bound);
  table.set("found", verdict.found);
  if (verdict.place.known()) table.set("place", verdict.place.text());
  return table;
}

Diagnostic verdict_message(const Verdict& verdict) {
  Diagnostic d{Severity::error, "missed-bound", verdict.place, "[[expect]]",
               "missed: " + verdict.bound + " (was " + verdict.found + ")"};
  if (!verdict.known_before) d.help = "to see how much it varies over seeds: dltrain fit RECIPE --repeat 5";
  return d;
}

}  // namespace dltrain::app
