// Several runs in a row, and what they came to: as a table, with the spread over seeds, and as reports for continuous
// integration.
#pragma once

#include <string>
#include <vector>

#include "app/run_result.h"
#include "core/diagnostic.h"
#include "core/setting.h"

namespace dltrain::app {

// One run of a suite; where it could not be made, `errors` say why.
struct SuiteRun {
  std::string recipe;  // its path, as it was given
  RunResult result;
  std::vector<Diagnostic> errors;
};

struct Suite {
  std::vector<SuiteRun> runs;
  double seconds = 0;

  // 0; 10 if all that is wrong is bounds that were missed; else the code of the first run that failed.
  ExitCode code() const;
};

// A line for each run.
std::string suite_table(const Suite& suite);

// A value over the runs of one recipe with several seeds.
struct Spread {
  std::string recipe;
  std::string value;  // "val_accuracy"
  int64_t runs = 0;
  double mean = 0;
  double deviation = 0;  // of the sample: n - 1 in the denominator
  double least = 0, greatest = 0;
};
// Of every value of recipes with two runs or more.
std::vector<Spread> spreads_of(const Suite& suite);
std::string spread_table(const std::vector<Spread>& spreads);

// {"event": "suite", "version": 1, ...}
Table suite_json(const Suite& suite);
// JUnit XML as GitHub, GitLab and Jenkins read it: a suite for each run; its test cases are "trains", and each bound.
std::string junit_xml(const Suite& suite);

}  // namespace dltrain::app
