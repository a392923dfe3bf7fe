// The columns that a recipe names, whatever for.
#pragma once

#include <string>
#include <vector>

#include "datasets/table/roles.h"

namespace dltrain::datasets {

// target = "input", unless a column is called so.
bool means_input(const TableLayout& layout, const std::vector<ColumnRef>& columns);

// Throws UserError (recipe) with all that the table does not have. Targets and categories of a contract are left out:
// they are the model's.
void check_columns(const TableLayout& layout, const RoleOptions& options, const LoadRequest& request);

// The names among them, and those of the request's contract.
std::vector<std::string> mentioned_names(const RoleOptions& options, const LoadRequest& request);

}  // namespace dltrain::datasets
