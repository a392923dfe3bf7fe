#include "app/suite/suite.h"

#include <algorithm>
#include <cmath>

#include "app/progress.h"
#include "app/summary.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

// What tells most about a run: the test part, else validation, else training.
training::Values shown_values(const RunResult& result) {
  training::Values shown;
  for (const auto& [name, value] : result.test) shown.emplace_back("test_" + name, value);
  if (!shown.empty()) return shown;
  for (const auto& [name, value] : result.values) {
    if (name.starts_with("val_")) shown.emplace_back(name, value);
  }
  return shown.empty() ? result.values : shown;
}

std::vector<std::string> columns_of(const Suite& suite) {
  constexpr size_t most = 6;
  std::vector<std::string> columns;
  for (const SuiteRun& run : suite.runs) {
    for (const auto& [name, value] : shown_values(run.result)) {
      if (columns.size() < most && std::find(columns.begin(), columns.end(), name) == columns.end())
        columns.push_back(name);
    }
  }
  return columns;
}

std::string expect_text(const RunResult& result) {
  if (result.verdicts.empty()) return "";
  const int64_t missed = result.missed();
  const auto met = std::count_if(result.verdicts.begin(), result.verdicts.end(),
                                 [](const training::Verdict& v) { return v.kind == training::Verdict::Kind::met; });
  std::string text = missed > 0 ? std::to_string(missed) + " missed" : "";
  if (met > 0) text += (text.empty() ? "" : "; ") + std::to_string(met) + " met";
  return text.empty() ? "open" : text;
}

}  // namespace

ExitCode Suite::code() const {
  ExitCode worst = ExitCode::ok;
  for (const SuiteRun& run : runs) {
    if (run.result.code != ExitCode::ok && run.result.code != ExitCode::not_met) return run.result.code;
    if (run.result.code != ExitCode::ok) worst = run.result.code;
  }
  return worst;
}

std::string suite_table(const Suite& suite) {
  const std::vector<std::string> columns = columns_of(suite);
  std::vector<std::vector<std::string>> rows = {{"recipe", "seed", "result", "time"}};
  rows[0].insert(rows[0].end(), columns.begin(), columns.end());
  rows[0].emplace_back("expect");
  rows[0].emplace_back("run");
  for (const SuiteRun& run : suite.runs) {
    const RunResult& result = run.result;
    std::vector<std::string> row = {run.recipe, run.errors.empty() ? std::to_string(result.seed) : "",
                                    shown_status(result.status),
                                    run.errors.empty() ? duration_text(result.seconds) : ""};
    const training::Values values = shown_values(result);
    for (const std::string& column : columns) {
      const double* value = training::find_value(values, column);
      row.push_back(value == nullptr ? "" : short_number(*value));
    }
    row.push_back(expect_text(result));
    row.push_back(result.folder);
    rows.push_back(std::move(row));
  }
  return table_text(rows);
}

std::vector<Spread> spreads_of(const Suite& suite) {
  std::vector<Spread> spreads;
  std::vector<std::vector<double>> all;
  const auto add = [&](const std::string& recipe, const std::string& name, double value) {
    const auto known = std::find_if(spreads.begin(), spreads.end(),
                                    [&](const Spread& s) { return s.recipe == recipe && s.value == name; });
    if (known == spreads.end()) {
      spreads.push_back({.recipe = recipe, .value = name});
      all.push_back({value});
    } else {
      all[static_cast<size_t>(known - spreads.begin())].push_back(value);
    }
  };
  for (const SuiteRun& run : suite.runs) {
    if (!run.errors.empty()) continue;
    for (const auto& [name, value] : run.result.values) add(run.recipe, name, value);
    for (const auto& [name, value] : run.result.test) add(run.recipe, "test_" + name, value);
  }
  std::vector<Spread> several;
  for (size_t i = 0; i < spreads.size(); ++i) {
    const std::vector<double>& values = all[i];
    if (values.size() < 2) continue;
    Spread& spread = spreads[i];
    const auto count = static_cast<double>(values.size());
    spread.runs = static_cast<int64_t>(values.size());
    for (const double value : values) spread.mean += value / count;
    for (const double value : values) spread.deviation += std::pow(value - spread.mean, 2) / (count - 1);
    spread.deviation = std::sqrt(spread.deviation);
    spread.least = *std::min_element(values.begin(), values.end());
    spread.greatest = *std::max_element(values.begin(), values.end());
    if (spread.least == spread.greatest)
      spread = {spread.recipe, spread.value, spread.runs, spread.least, 0, spread.least, spread.least};
    several.push_back(spread);
  }
  return several;
}

std::string spread_table(const std::vector<Spread>& spreads) {
  std::vector<std::vector<std::string>> rows = {{"recipe", "value", "runs", "mean", "deviation", "least", "greatest"}};
  for (const Spread& spread : spreads) {
    rows.push_back({spread.recipe, spread.value, std::to_string(spread.runs), short_number(spread.mean),
                    short_number(spread.deviation), short_number(spread.least), short_number(spread.greatest)});
  }
  return table_text(rows);
}

}  // namespace dltrain::app
