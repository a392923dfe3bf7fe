// The rows of a table with categories in memory, a number for each cell; they become columns of 0 and 1 when read.
#pragma once

#include <memory>

#include "datasets/samples.h"

namespace dltrain::datasets {

// `rows` f32 [N, columns]: numbers, and categories by number (negative: none of them). `category_counts` by column, 0
// for numbers.
std::unique_ptr<FieldStore> table_store(Array rows, std::vector<int64_t> category_counts);

}  // namespace dltrain::datasets
