// Which column of a surveyed table is predicted from which, as classes or as a number, and why.
#pragma once

#include <string>
#include <vector>

#include "app/new/draft.h"
#include "app/new/table_survey.h"

namespace dltrain::app {

struct TablePlan {
  struct LeftOut {
    size_t column;
    std::string why;
  };
  size_t target = 0;
  std::string target_why;
  std::string task_why;
  Task task;
  std::vector<LeftOut> left_out;
  std::vector<size_t> features;     // numbers
  std::vector<size_t> categorical;  // features as well
  bool in_time = false;
};

// `wanted`: a column's name or number; empty: by rules. Throws UserError: recipe for a column that does not exist, data
// where nothing can be predicted, or nothing to predict it from.
TablePlan plan_table(const TableSurvey& survey, const std::string& wanted);

}  // namespace dltrain::app
