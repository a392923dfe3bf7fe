// Reads the rows of a CSV file into samples, in one pass.
#pragma once

#include <string>
#include <vector>

#include "datasets/samples.h"
#include "datasets/source.h"
#include "datasets/table/feature_rows.h"
#include "datasets/table/layout.h"
#include "datasets/table/roles.h"

namespace dltrain::datasets {

struct TableOptions {
  std::vector<std::string> missing;  // texts that stand for a missing value
  std::vector<std::string> classes;  // of the target; empty: the distinct values
  CategoryLimits categories;
};

// Reads no row where the request wants headers only, unless categories are wanted that only the rows tell. Throws
// UserError (data) with file:line:column of ragged rows, cells that are not numbers, missing values where they are
// errors, classes and categories that are not known. Appends to `notes` how many rows were dropped.
Samples read_table(const TableLayout& layout, const TableRoles& roles, const TableOptions& options,
                   const LoadRequest& request, std::vector<std::string>& notes);

}  // namespace dltrain::datasets
