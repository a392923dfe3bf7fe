// What TensorBoard's projector shows: points in many dimensions, with what they are.
#pragma once

#include <string>

#include "training/observer.h"

namespace dltrain::training {

// Writes projector_config.pbtxt and tables of numbers beside it into a folder, each file as a whole: the weights of
// Embedding layers, and what flows into the last layer for up to 1,000 samples that are not trained on, with their
// classes. Nothing if the model has neither.
void write_projector(Observer& observer, const std::string& folder);

}  // namespace dltrain::training
