// A model with its weights, ready to compute: what predict drives.
#pragma once

#include <memory>
#include <string>

#include "training/model.h"
#include "training/model_folder.h"

namespace dltrain::app {

struct TrainedModel {
  training::ModelDescription description;
  std::unique_ptr<training::Model> model;
};

// `path` is a run, a model folder, or a recipe whose [model] names weights (its data then says what goes in and out).
// `device`: empty for that of the recipe. Throws UserError.
TrainedModel open_trained_model(const std::string& path, const std::string& device);

}  // namespace dltrain::app
