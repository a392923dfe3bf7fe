// Which layer of one model is which of another.
#pragma once

#include <map>
#include <string>

#include "models/spec.h"

namespace dltrain::models {

// The name of a layer in `now`, by its name in `before`; layers that are gone have none. Layers of one type belong
// together in the order of the models, so that as many as possible are the same; equal names and equal keys decide
// between several ways.
std::map<std::string, std::string> same_layers(const ModelSpec& before, const ModelSpec& now);

// Whether a layer has the name that Keras' counting gives to its type.
bool has_automatic_name(const LayerSpec& layer);

}  // namespace dltrain::models
