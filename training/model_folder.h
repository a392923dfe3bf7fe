// A model as a folder: recipe.toml (canonical), model.weights.h5 (Keras-readable), contract.json (what goes in and
// out).
#pragma once

#include <string>

#include "core/schema.h"
#include "core/signature.h"
#include "datasets/preparation.h"
#include "training/model.h"

namespace dltrain::training {

// What a model folder says, besides its weights.
struct ModelDescription {
  models::Spec spec;
  datasets::DataContract contract;
  DataSignature signature;  // of the contract: no samples, only names, shapes and classes
  std::string weights_path;
};

// contract.json: the contract, the format's number, and the path of the recipe, where relative paths in it start.
Setting contract_table(const datasets::DataContract& contract, const std::string& recipe_path);

// Writes the three files into `folder`, each one whole.
void save_model_folder(Model& model, const datasets::DataContract& contract, const std::string& recipe_path,
                       const std::string& folder);

// `path` is a model folder, or a run that has one. Throws UserError (model) that says what is missing.
ModelDescription open_model_folder(const Catalogue& catalogue, const std::string& path);

}  // namespace dltrain::training
