// The averages of the weights that an optimizer keeps (`use_ema`, models/optimizers/averages.h), in and out of the
// model.
#pragma once

#include "training/model.h"

namespace dltrain::training {

// Whether the recipe's optimizer keeps averages.
bool keeps_averages(const models::Spec& spec);

// Exchanges trained weights and their averages; twice gives every bit back. Nothing happens before the first step was
// planned, or where the optimizer keeps no averages.
void swap_averages(Model& model);

// Sets the trained weights to their averages, which stay: what Keras' fit ends with (finalize_variable_values). Nothing
// happens before the first update, whose averages do not exist yet.
void take_averages(Model& model);

}  // namespace dltrain::training
