// What differs between two recipes in meaning; comments, order of keys and defaults written out do not count.
#pragma once

#include <string>
#include <vector>

#include "models/spec.h"

namespace dltrain::models {

// A key whose value differs, as TOML; empty where the recipe does not have it. A layer or callback that only one of them
// has is a difference of its own, with its type as value: "layers.dropout".
struct Difference {
  std::string path;  // "train.epochs", "layers.hidden.units"
  std::string before, now;
};

// In the order of the recipe, what is gone last. Layers are those of `now` by name; where names are counted
// automatically, a layer that was put between others does not make all that follow another.
std::vector<Difference> differences_in_meaning(const Spec& before, const Spec& now);

// A line for each key: "train.epochs: 10, was 5", "layers.hidden.units: 128, was 64", "layers.dropout: new".
std::vector<std::string> differences(const Spec& before, const Spec& now);

}  // namespace dltrain::models
