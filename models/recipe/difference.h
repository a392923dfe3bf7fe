// What differs between two recipes in meaning; comments, order of keys and defaults written out do not count.
#pragma once

#include <string>
#include <vector>

#include "models/spec.h"

namespace dltrain::models {

// A line for each key: "train.epochs: 10, was 5", "layers.hidden.units: 128, was 64", "layers.dropout: new".
std::vector<std::string> differences(const Spec& before, const Spec& now);

}  // namespace dltrain::models
