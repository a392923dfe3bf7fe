// Layers that learn from the data before training: Normalization (Keras' adapt).
#pragma once

#include "datasets/dataset.h"
#include "training/model.h"

namespace dltrain::training {

// Fills mean and variance of every layer that adapts, from one pass over the training part for each, in the order of the
// model. Throws UserError (recipe) if a layer with trained weights stands before one: what it learns would change at once.
void adapt_layers(Model& model, const datasets::Dataset& data);

}  // namespace dltrain::training
