// Layers that learn from the data before training: Normalization (Keras' adapt).
#pragma once

#include <functional>
#include <string>

#include "datasets/dataset.h"
#include "training/model.h"

namespace dltrain::training {

// Fills mean and variance of every layer that adapts, from one pass over the training part for each, in the order of
// the model, but for those that are `known` already. Columns of 0 and 1 of a table's categories keep mean 0 and variance 1:
// a rare category would become a huge number. Throws UserError (recipe) if a layer with trained weights stands
// before one: what it learns would change at once.
void adapt_layers(Model& model, const datasets::Dataset& data,
                  const std::function<bool(const std::string& layer)>& known = {});

}  // namespace dltrain::training
