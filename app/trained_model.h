// A model with its weights, ready to compute: what predict and evaluate drive.
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"
#include "training/model.h"
#include "training/model_folder.h"

namespace dltrain::app {

// What is known of a trained model. A recipe has told it by its data; they are kept.
struct FoundModel {
  training::ModelDescription description;
  std::unique_ptr<datasets::Dataset> data;  // null where a folder has told it
};

// `path` is a run, a model folder, or a recipe whose [model] names weights (its data then says what goes in and out).
// Throws UserError.
FoundModel find_model(const std::string& path);

struct TrainedModel {
  training::ModelDescription description;
  std::unique_ptr<training::Model> model;
};

// The same, with its weights on a device. `device`: empty for that of the recipe.
TrainedModel open_trained_model(const std::string& path, const std::string& device);

}  // namespace dltrain::app
