// What the command line says that more than one file wants to know. Plain values; the options of a command are in its
// own file in app/commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dltrain::app {

struct CommonOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool github = false;
  bool in_suite = false;  // one run of several, which a table sums up in the end

  // Whether a run says on standard output what it came to.
  bool says_results() const { return !json && !(quiet && in_suite); }
};

// Changes to a recipe from the command line.
struct RecipeOptions {
  std::string recipe;
  std::vector<std::string> set;  // "train.epochs=3"
  std::optional<int64_t> epochs, seed, threads, limit_batches;
  std::string device;
};

struct FitOptions {
  std::vector<std::string> recipes;
  RecipeOptions recipe;  // what all of them are changed by
  std::string run;  // folder; empty: the next free one
  std::string init_from;      // a run, model or weights file to begin with
  bool init_partial = false;  // where layers do not fit, they keep their initializers
  bool resume = false;
  bool fast = false;  // one batch of everything
  std::optional<int64_t> repeat;  // runs of each recipe, with seeds that follow one another
  std::vector<std::string> reports;  // files that end in .xml (JUnit) or .json
};

}  // namespace dltrain::app
