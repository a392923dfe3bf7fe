// Missing values of tables: fill values are computed from the training part only, so that nothing of the other parts
// leaks into the model.
#pragma once

#include <span>

#include "datasets/samples.h"

namespace dltrain::datasets {

// Computes preparation.fill of the inputs that have rules, from the rows given (the training part), and fills all rows.
void fit_and_fill(Samples& samples, std::span<const int64_t> train_rows);
// Fills with values that are fixed already.
void fill(Samples& samples, const DataContract& contract);

}  // namespace dltrain::datasets
