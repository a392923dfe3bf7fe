// How the columns of a table become the values of an input: a number as it is, a category as columns of 0 and 1.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/preparation.h"

namespace dltrain::datasets {

// By column: how many categories it has; 0: it is a number.
std::vector<int64_t> category_counts(const Preparation& preparation, size_t columns);

// How many values a row has.
int64_t row_width(std::span<const int64_t> category_counts);

// One row: `raw` by column, a category as its number (negative: none of them, all zeros). `out` holds row_width values.
void spread_row(std::span<const float> raw, std::span<const int64_t> category_counts, std::span<float> out);

// By value of a row: what it is called ("age", "heating=gas"), and whether it belongs to a category. Empty for inputs
// that are not of a table, and the second also where no column has categories.
std::vector<std::string> value_names(const Preparation& preparation);
std::vector<bool> are_categories(const Preparation& preparation);

}  // namespace dltrain::datasets
