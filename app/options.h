// What the command line says, for each command. Plain values; parsing is in app/cli.cpp.
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
  std::string report;  // a file that ends in .xml (JUnit) or .json
};

struct CheckOptions {
  RecipeOptions recipe;
  bool headers_only = false;  // --static
};

struct DiffOptions {
  std::string before, now;
};

struct SchemaOptions {
  std::string output;  // empty: standard output
};

struct ResumeOptions {
  std::string run;
  RecipeOptions changes;  // its recipe is that of the run
};

struct ReplayOptions {
  std::string failure;
  std::string device;
};

struct RunsOptions {
  std::string folder = "runs";
};

struct VerifyOptions {
  std::string run;
  std::optional<int64_t> replay;
};

struct EvaluateOptions {
  std::string model;
  std::string part = "test";
  std::string data;  // another source of the same kind: a path
  std::string device;
  std::string output;  // JSON file
};

struct PredictOptions {
  std::string model;
  std::string input;
  std::string output = "-";
  std::string format;  // empty: by the ending of output
  int64_t batch_size = 0;  // 0: that of the recipe
  std::string device;
};

struct ExplainOptions {
  RecipeOptions recipe;  // recipe, or the name of a component
  std::string stage = "spec";
  bool markdown = false;  // the page of a family in docs/reference
};

struct CrosscheckOptions {
  RecipeOptions recipe;
  std::string devices = "cpu,reference";
};

struct ProfileOptions {
  RecipeOptions recipe;
  std::string work = "train";
  int64_t batch_size = 0;  // 0: that of the recipe
  int64_t steps = 50;
  bool all = false;
  std::string output;  // JSON file
  std::string trace;   // for ui.perfetto.dev
};

struct LogsOptions {
  std::vector<std::string> runs;  // folders
  std::vector<std::string> tags;  // with * and ? as in file names; empty: values of epochs
  bool list = false;
  int64_t tail = 0;
  bool follow = false;
  std::string output;  // .csv or .json
  bool logarithmic = false;
  int64_t width = 0;  // 0: of the terminal, at most 80
  int64_t height = 14;
};

struct ListOptions {
  std::string family;
};

}  // namespace dltrain::app
