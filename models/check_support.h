// What the checks share, those of models/ before training and the hints of training/ during it.
#pragma once

#include <optional>
#include <string>

#include "core/signature.h"
#include "models/spec.h"

namespace dltrain::models {

// The target that an output is trained on: the only one, the one of its name, or the one in its position; null if the
// data has none for it.
const DataField* target_of(const ModelSpec& model, const DataSignature& signature, const std::string& output);

// Where a key of a component stands in the recipe, or where the component does if the key is left out.
Place place_of_key(const Component& component, const std::string& key);

const LayerSpec* find_layer(const ModelSpec& model, const std::string& name);

// What is applied last to a layer's output.
struct LastActivation {
  std::string kind;  // "softmax", "linear", ...
  const LayerSpec* layer;  // that applies it
};
// Looks through layers that only move values. Nothing where it cannot be told.
std::optional<LastActivation> last_activation(const ModelSpec& model, const LayerSpec& layer);

// Values of an input beyond this are called not scaled before training starts.
constexpr double large_value = 50;
// The first layer with weights that the values of an input reach as they are; null if something scales them before.
const LayerSpec* first_trained(const ModelSpec& model, const std::string& input);

}  // namespace dltrain::models
