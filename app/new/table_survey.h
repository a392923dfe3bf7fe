// What the cells of a CSV file are: every row is read once, nothing is kept but counts.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "datasets/table/layout.h"

namespace dltrain::app {

constexpr int64_t most_distinct = 1000;  // values of a column that are told apart

struct Column {
  size_t index = 0;
  int64_t numbers = 0, texts = 0, missing = 0, dates = 0;
  int64_t commas = 0;       // texts that are numbers with commas
  bool integers = true;  // all of the numbers
  bool counts_rows = true;  // each number is one more than that of the row before
  bool ascending = true;  // dates only
  double least = 0, greatest = 0, sum = 0, squares = 0;
  std::unordered_map<std::string, int64_t> values;  // how often; stops growing at most_distinct + 1
  std::string odd_text, odd_place;  // the first text
  std::string last;  // date

  int64_t present() const { return numbers + texts; }
  bool many_values() const { return static_cast<int64_t>(values.size()) > most_distinct; }
  int64_t distinct() const { return static_cast<int64_t>(values.size()); }
  bool constant() const { return distinct() <= 1; }
  bool is_date() const { return dates > 0 && dates == texts && numbers == 0; }
  bool has_commas() const { return commas > 0 && commas == texts; }
  bool is_number() const { return numbers > 0 && texts == 0; }
  bool is_row_number() const { return is_number() && integers && counts_rows; }
  double mean() const;
  double deviation() const;
  double most_frequent() const;  // share of the rows that have a value
};

struct TableSurvey {
  std::string path;
  datasets::TableLayout layout;
  int64_t rows = 0;
  std::vector<Column> columns;
  std::vector<std::string> missing;  // texts that stand for a missing value and occur
};

// Throws UserError (data): empty, ragged, not CSV.
TableSurvey survey_table(const std::string& path);

}  // namespace dltrain::app
