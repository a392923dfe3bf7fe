// training/experiment.h for commands: the options of the command line go in, warnings go to the terminal.
#pragma once

#include <memory>

#include "app/options.h"
#include "training/experiment.h"

namespace dltrain::app {

training::OpenedRecipe open_recipe(const RecipeOptions& options);
// The same; warnings are left to the caller.
training::OpenedRecipe open_recipe(const RecipeOptions& options, Diagnostics& warnings);
std::unique_ptr<datasets::Dataset> open_data(const models::Spec& spec,
                                             const datasets::DataContract* contract = nullptr);
models::Program open_program(const models::Spec& spec, const DataSignature& signature);

}  // namespace dltrain::app
