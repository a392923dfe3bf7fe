// What a look at some data has shown, as far as a first recipe needs it, and the recipe's text made from that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/shape.h"

namespace dltrain::app {

// What the model is to say of a sample.
struct Task {
  enum class Kind {
    classes,
    one_hot,  // classes as rows of one 1 and zeros
    numbers,
  };
  Kind kind = Kind::classes;
  int64_t outputs = 0;  // classes, or numbers
  double majority = 0;  // share of the most frequent class; 0: not known
  double mean = 0, deviation = 1;  // of a single number
};

struct Draft {
  std::string title;                  // "iris.csv: 150 rows, 4 numbers and a class each"
  std::string left_out;               // columns of which the model sees nothing, with the reason for each
  std::string predicted;              // of a table: the column, and why it; for people
  std::string target;                 // the column that is predicted; empty if it has no name
  std::vector<std::string> data;      // lines of [data], comments among them
  std::vector<std::string> test;      // lines of [data.test], where the data bring it under names of its own
  Shape sample;                       // shape of one, as the model gets it
  bool numbers = true;                // of a table: some columns are, so that there is something to normalize
  bool categories = false;            // of a table: some columns are
  int64_t samples = 0;                // outside of a test part of its own
  int64_t vocabulary = 0;             // samples are rows of token numbers below this; 0: they are not
  bool has_validation = false;        // the data bring such a part
  bool has_test = false;
  bool in_time = false;               // rows follow each other in time
  Task task;
};

// `name` is the recipe's file name, for the comment on top.
std::string recipe_text(const Draft& draft, const std::string& name);

// The lines of [model] layers, each with the comma that follows it.
std::vector<std::string> layer_lines(const Draft& draft);

// "# " in front of each line, broken at 100 characters.
std::vector<std::string> comment(const std::string& text);

// To three digits: "103000", "0.00123".
std::string rounded(double value);

// A sentence that says how many classes of which kind.
std::string task_text(const Task& task);

}  // namespace dltrain::app
