// fit --init-from: the first weights of a model from another one, with a table of what was taken.
#pragma once

#include <string>

#include "app/options.h"
#include "training/transfer.h"

namespace dltrain::app {

// Finds what fits; nothing is changed yet. Throws UserError (model) with the table where something does not fit and
// --init-partial was not given, and where nothing fits at all; (recipe) if the recipe names weights of its own.
training::Transfer planned_weights(const training::Model& model, const FitOptions& options);

// A line for what was taken, and a table of all layers.
std::string transfer_line(const training::Transfer& transfer);
std::string transfer_table(const training::Transfer& transfer);

}  // namespace dltrain::app
