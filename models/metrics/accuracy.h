// Which metric "accuracy" stands for.
#pragma once

#include <string>

#include "core/shape.h"

namespace dltrain::models {

// From the shapes of target and prediction (batch axis included), as Keras' get_metric does: BinaryAccuracy for one
// column, SparseCategoricalAccuracy where the target has no column for each class, else CategoricalAccuracy.
std::string resolve_accuracy(const Shape& target, const Shape& prediction);

}  // namespace dltrain::models
