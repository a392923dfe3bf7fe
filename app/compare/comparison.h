// Runs side by side: those of one recipe are a group, whatever their seeds; groups are compared with the first.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/compare/run_seen.h"
#include "core/setting.h"
#include "models/recipe/difference.h"

namespace dltrain::app {

struct RunGroup {
  std::string letter;  // "A"
  std::vector<RunSeen> runs;  // with different seeds
  std::vector<std::string> same;  // runs that repeat the seed of another one, and so tell nothing new
  RunCost cost;

  std::vector<double> values(const std::string& name) const;
};

// A value in a group: of all its runs that have it.
struct Measured {
  size_t runs = 0;
  double mean = 0;
  std::optional<double> deviation;  // of the sample; two runs or more
};
Measured measure(const std::vector<double>& values);

// Whether a group's value differs from that of the first group by more than the runs among themselves.
struct Judgement {
  enum class Kind {
    larger,    // p < 0.05, or no spread at all
    within,    // p >= 0.05
    equal,     // the same number in every run
    unknown,   // a single run in one of them: no spread is known
  };
  Kind kind = Kind::unknown;
  double difference = 0;
  std::optional<double> p;  // of Welch's t-test
};
Judgement judge(const std::vector<double>& first, const std::vector<double>& other);
std::string judgement_text(const Judgement& judgement, const RunGroup& first, const RunGroup& other);

struct Comparison {
  std::vector<RunGroup> groups;
  std::vector<std::string> names;   // of the values, in the order of the runs
  std::vector<std::string> judged;  // those that tell most: the test part, else validation, else all
  // By group but the first.
  std::vector<std::vector<models::Difference>> differences;
  std::vector<std::string> notes;  // what makes the comparison doubtful
};
Comparison compare_runs(std::vector<RunSeen> runs);

std::string comparison_text(const Comparison& comparison);
Table comparison_json(const Comparison& comparison);

}  // namespace dltrain::app
