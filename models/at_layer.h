// Complaints about a weight (by its initializer, regularizer or constraint) are said of the layer that the recipe gave it.
#pragma once

#include <functional>

#include "graph/state.h"
#include "models/spec.h"

namespace dltrain::models {

// Runs `work`; a UserError without a place in the recipe is thrown on with the place and name of the weight's layer.
void at_layer_of(const graph::StateInfo& weight, const ModelSpec& model, const std::function<void()>& work);

}  // namespace dltrain::models
