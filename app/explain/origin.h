// Where each value of a recipe comes from: a line of the recipe, of one that it extends, the command line, or a default.
#pragma once

#include <string>
#include <vector>

#include "training/experiment.h"

namespace dltrain::app {

struct Origin {
  std::string path;  // "train.optimizer.learning_rate", "layers.dense.units"
  std::string value;  // as TOML
  std::string from;  // "recipe.toml:14", "--set train.epochs=3", "default"
};

// Every value that the recipe has, in the order of its canonical form.
std::vector<Origin> origins_of(const training::OpenedRecipe& recipe);
// A line each, in columns.
std::string origins_text(const std::vector<Origin>& origins);

}  // namespace dltrain::app
