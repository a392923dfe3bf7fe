// From a recipe to a spec, its data and its program, each checked against the others: what every command begins with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/schema.h"
#include "datasets/dataset.h"
#include "datasets/look.h"
#include "models/program.h"
#include "models/recipe/overrides.h"
#include "models/spec.h"

namespace dltrain::training {

// All families of all folders, filled once.
const Catalogue& catalogue();

struct OpenedRecipe {
  std::string text;  // of the file, before changes
  models::Spec spec;
  Table table;  // what bases, the recipe and the changes say together, each value with its place
};
// Reads a recipe; `changes` are those of the command line. Throws UserError (recipe) with all mistakes; warnings are
// added.
OpenedRecipe open_recipe(const std::string& path, const std::vector<models::Override>& changes, Diagnostics& warnings);

// The data of a spec. `contract`: of a trained model, or null. Throws UserError (data or recipe).
std::unique_ptr<datasets::Dataset> open_data(const models::Spec& spec, const datasets::DataContract* contract,
                                             Diagnostics& warnings);

// What headers say of the data, without their values.
datasets::DataLook look_at_data(const models::Spec& spec, Diagnostics& warnings);

// Checks spec and data against each other, then assembles. Throws UserError (recipe) with all misfits.
models::Program open_program(const models::Spec& spec, const DataSignature& signature, Diagnostics& warnings);

}  // namespace dltrain::training
