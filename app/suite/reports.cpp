#include <cstdio>

#include "app/messages.h"
#include "app/suite/suite.h"
#include "app/verdicts.h"

namespace dltrain::app {

using training::Verdict;

namespace {

Table values_table(const training::Values& values) {
  Table table;
  for (const auto& [name, value] : values) table.set(name, value);
  return table;
}

Table run_table(const SuiteRun& run) {
  const RunResult& result = run.result;
  Table table;
  table.set("recipe", run.recipe);
  table.set("name", result.name);
  if (!result.folder.empty()) table.set("folder", result.folder);
  table.set("seed", static_cast<int64_t>(result.seed));
  table.set("status", result.status);
  if (!result.reason.empty()) table.set("reason", result.reason);
  table.set("exit_code", static_cast<int64_t>(result.code));
  table.set("seconds", result.seconds);
  table.set("values", values_table(result.values));
  table.set("test_values", values_table(result.test));
  List verdicts, messages;
  for (const Verdict& verdict : result.verdicts) {
    Table each = verdict_table(verdict);
    each.erase("event");
    verdicts.emplace_back(std::move(each));
  }
  for (const Diagnostic& error : run.errors) messages.emplace_back(message_table(error));
  table.set("expectations", std::move(verdicts));
  table.set("messages", std::move(messages));
  return table;
}

// Text and attributes of XML 1.0; characters that it has not become "?".
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

std::string trouble_of(const SuiteRun& run) {
  std::string text;
  for (const Diagnostic& error : run.errors) text += error.text();
  return text.empty() ? run.result.reason : text;
}

bool trained(const SuiteRun& run) {
  return run.errors.empty() && (run.result.code == ExitCode::ok || run.result.code == ExitCode::not_met);
}

std::string case_start(const SuiteRun& run, const std::string& name, double seconds) {
  return "    <testcase classname=\"" + xml(run.recipe) + "\" name=\"" + xml(name) + "\" time=\"" +
         seconds_text(seconds) + "\"";
}

std::string suite_xml(const SuiteRun& run) {
  const RunResult& result = run.result;
  std::string cases = case_start(run, "trains", result.seconds);
  int64_t open = 0;
  if (trained(run)) {
    cases += "/>\n";
  } else {
    const std::string trouble = trouble_of(run);
    const std::string code =
        run.errors.empty() ? "" : " type=\"" + std::string(run.errors.front().code.number()) + "\"";
    cases += ">\n      <error" + code + " message=\"" + xml(trouble.substr(0, trouble.find('\n'))) + "\">" +
             xml(trouble) + "</error>\n    </testcase>\n";
  }
  for (const Verdict& verdict : result.verdicts) {
    cases += case_start(run, verdict.bound, 0);
    if (verdict.kind == Verdict::Kind::met) {
      cases += "/>\n";
    } else if (verdict.kind == Verdict::Kind::missed) {
      const Diagnostic said = verdict_message(verdict);
      cases += ">\n      <failure type=\"" + std::string(said.code.number()) + "\" message=\"" +
               xml("was " + verdict.found) + "\">" + xml(said.text()) + "</failure>\n    </testcase>\n";
    } else {
      ++open;
      cases += ">\n      <skipped message=\"" + xml(verdict.found) + "\"/>\n    </testcase>\n";
    }
  }
  const size_t tests = 1 + result.verdicts.size();
  std::string name = run.recipe;
  if (run.errors.empty()) name += ", seed " + std::to_string(result.seed);
  return "  <testsuite name=\"" + xml(name) + "\" tests=\"" + std::to_string(tests) + "\" failures=\"" +
         std::to_string(result.missed()) + "\" errors=\"" + (trained(run) ? "0" : "1") + "\" skipped=\"" +
         std::to_string(open) + "\" time=\"" + seconds_text(result.seconds) + "\">\n" + cases + "  </testsuite>\n";
}

}  // namespace

Table suite_json(const Suite& suite) {
  Table table;
  table.set("event", "suite");
  table.set("version", 1);
  table.set("exit_code", static_cast<int64_t>(suite.code()));
  table.set("seconds", suite.seconds);
  List runs, spreads;
  for (const SuiteRun& run : suite.runs) runs.emplace_back(run_table(run));
  for (const Spread& spread : spreads_of(suite)) {
    Table each;
    each.set("recipe", spread.recipe);
    each.set("value", spread.value);
    each.set("runs", spread.runs);
    each.set("mean", spread.mean);
    each.set("deviation", spread.deviation);
    each.set("least", spread.least);
    each.set("greatest", spread.greatest);
    spreads.emplace_back(std::move(each));
  }
  table.set("runs", std::move(runs));
  table.set("spreads", std::move(spreads));
  return table;
}

std::string junit_xml(const Suite& suite) {
  int64_t tests = 0, failures = 0, errors = 0;
  std::string suites;
  for (const SuiteRun& run : suite.runs) {
    tests += 1 + static_cast<int64_t>(run.result.verdicts.size());
    failures += run.result.missed();
    errors += trained(run) ? 0 : 1;
    suites += suite_xml(run);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dltrain\" tests=\"" + std::to_string(tests) +
         "\" failures=\"" + std::to_string(failures) + "\" errors=\"" + std::to_string(errors) + "\" time=\"" +
         seconds_text(suite.seconds) + "\">\n" + suites + "</testsuites>\n";
}

}  // namespace dltrain::app
