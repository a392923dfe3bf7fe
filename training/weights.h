// Weights between a model and Keras' .weights.h5 files (docs/reference: the same paths as Keras gives the same model).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/hdf5/weights_file.h"
#include "training/model.h"
#include "training/snapshot.h"

namespace dltrain::training {

// Writes weights, buffers and optimizer state, durably. Equal weights give equal bytes.
void save_weights(Model& model, const std::string& path);

// Weights and buffers as the groups of such a file; their values are taken out of `values` (by state).
std::vector<formats::WeightGroup> take_weight_groups(const models::Program& program,
                                                     std::map<std::string, Array>& values);

// All weights and buffers of a file. Strict as load_weights.
States read_weights(const models::Program& program, const std::string& path);

// Sets all weights and buffers. Strict: what is missing, left over or of another shape is a UserError (model) that
// lists all of it. Optimizer state in the file is left unread.
void load_weights(Model& model, const std::string& path);

// Where the weights that a recipe starts from are: a relative path is looked up beside the recipe, then in
// $DLTRAIN_DATA. Throws UserError (model) that names both places.
std::string starting_weights(const models::Spec& spec);

}  // namespace dltrain::training
