#include "app/trained_model.h"

#include "app/experiment.h"
#include "backends/factory.h"
#include "core/files.h"
#include "training/weights.h"

namespace dltrain::app {

namespace {

training::ModelDescription describe_recipe(const std::string& path) {
  RecipeOptions options;
  options.recipe = path;
  models::Spec spec = open_recipe(options).spec;
  if (spec.model.weights.empty()) {
    throw UserError(ExitCode::recipe, path, "the recipe names no weights",
                    "train it with \"dltrain fit\" and name its run, or add weights = \"FILE.weights.h5\" to [model]");
  }
  const auto data = open_data(spec);
  std::string weights = training::starting_weights(spec);
  return {std::move(spec), data->contract(), data->signature(), std::move(weights)};
}

}  // namespace

TrainedModel open_trained_model(const std::string& path, const std::string& device) {
  const bool is_recipe = exists(path) && !is_directory(path);
  training::ModelDescription description = is_recipe ? describe_recipe(path) : training::open_model_folder(training::catalogue(), path);
  const models::Spec& spec = description.spec;
  auto backend = backends::open_backend(device.empty() ? spec.run.device : device, {static_cast<int>(spec.run.threads)});
  Diagnostics about_training;  // said when it was trained
  auto model = std::make_unique<training::Model>(training::open_program(spec, description.signature, about_training), std::move(backend));
  training::load_weights(*model, description.weights_path);
  return {std::move(description), std::move(model)};
}

}  // namespace dltrain::app
