// Short runs with many checkpoints, and what "identical" means for two of them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/app/process.h"
#include "tests/faults/faulty.h"

namespace dltrain::test {

// A run that takes well under a second.
struct RunCase {
  std::string name;
  std::string recipe;  // text; empty: that of the repository
  std::vector<std::string> words;  // behind `dltrain fit RECIPE`
};

// A perceptron and a small network of convolutions, batch norm and dropout, each with SGD with momentum, Adam and AdamW,
// with and without gradient accumulation; an LSTM, a GRU and a network of attention with Adam.
const std::vector<RunCase>& run_cases();
const RunCase& run_case(std::string_view name);
// All recipes of the repository whose data is there, with two epochs of a few hundred samples (short_data.h).
std::vector<RunCase> recipe_cases();

// A folder in which a case is run as "run". Its data is made there.
class RunPlace {
 public:
  explicit RunPlace(const RunCase& run_case);

  const std::string& path() const { return folder_.path(); }
  std::string run() const { return folder_.file("run"); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  // `dltrain fit` of the case into "run".
  std::vector<std::string> fit() const;
  // The same, which goes on if the run has begun.
  std::vector<std::string> resume() const;
  Ended go(std::vector<std::string> words, const std::string& faults = "") const;

 private:
  const RunCase& case_;
  TemporaryFolder folder_;
};

// What a run ended with, value by value: states of the newest checkpoint and its place in the run, what callbacks
// remember, the weights of the model, histories and TensorBoard's values. Not: clocks, lengths of files, process ids.
using Fingerprint = std::map<std::string, std::string>;
Fingerprint fingerprint(const std::string& run);
// The entries that differ; empty if none does.
std::string difference(const Fingerprint& expected, const Fingerprint& found);

// Without what logs lack that were given up, which standard error tells: logs may fail with a warning, checkpoints may
// not.
Fingerprint without_lost_logs(Fingerprint fingerprint, const std::string& errors);

// The fingerprint of the case, run without faults, once.
const Fingerprint& reference(const RunCase& run_case);
// What is left of a run goes on to its end and to that fingerprint. `errors`: what the run said before, of logs that it
// gave up.
void check_that_it_goes_on(const RunCase& run_case, const RunPlace& place, const std::string& errors = "");
// How long the case takes.
double reference_seconds(const RunCase& run_case);

// Adds to the figures that `scripts/test --faults` prints at the end.
void tally(const std::string& what, int64_t count);

}  // namespace dltrain::test
