// Weights between a model and Keras' .weights.h5 files (docs/reference: the same paths as Keras gives the same model).
#pragma once

#include <string>

#include "training/model.h"

namespace dltrain::training {

// Writes weights, buffers and optimizer state, durably. Equal weights give equal bytes.
void save_weights(Model& model, const std::string& path);

// Sets all weights and buffers. Strict: what is missing, left over or of another shape is a UserError (model) that lists all
// of it. Optimizer state in the file is left unread.
void load_weights(Model& model, const std::string& path);

// Where the weights that a recipe starts from are: a relative path is looked up beside the recipe, then in $DLTRAIN_DATA.
// Throws UserError (model) that names both places.
std::string starting_weights(const models::Spec& spec);

}  // namespace dltrain::training
