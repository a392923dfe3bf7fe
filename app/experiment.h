// training/experiment.h for commands: the options of the command line go in, warnings go to the terminal.
#pragma once

#include <memory>

#include "app/options.h"
#include "training/batch_choice.h"
#include "training/experiment.h"

namespace dltrain::app {

training::OpenedRecipe open_recipe(const RecipeOptions& options);
// The same; warnings are left to the caller.
training::OpenedRecipe open_recipe(const RecipeOptions& options, Diagnostics& warnings);
std::unique_ptr<datasets::Dataset> open_data(const models::Spec& spec,
                                             const datasets::DataContract* contract = nullptr);
models::Program open_program(const models::Spec& spec, const DataSignature& signature);

// Fills in what batch_size = "auto" leaves open, for the memory that is free now, and warns of what that changes.
// Nothing where the recipe says a number.
std::optional<training::BatchChoice> settle_batch(models::Spec& spec, const DataSignature& signature,
                                                  backends::Backend& backend);
// The same with a backend of its own, for commands that only look.
void settle_batch(models::Spec& spec, const DataSignature& signature);

}  // namespace dltrain::app
