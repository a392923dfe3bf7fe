#include "app/trained_model.h"

#include "app/experiment.h"
#include "core/files.h"
#include "training/device.h"
#include "training/weights.h"

namespace dltrain::app {

namespace {

FoundModel describe_recipe(const std::string& path) {
  RecipeOptions options;
  options.recipe = path;
  models::Spec spec = open_recipe(options).spec;
  if (spec.model.weights.empty()) {
    throw UserError(ExitCode::recipe, "no-weights", path, "the recipe names no weights",
                    "train it with \"dltrain fit\" and name its run, or add weights = \"FILE.weights.h5\" to [model]");
  }
  if (spec.train.batch_size.is_auto()) spec.train.batch_size = models::TrainSpec().batch_size;  // nothing is trained
  std::string weights = training::starting_weights(spec);
  auto data = open_data(spec);
  training::ModelDescription description{std::move(spec), data->contract(), data->signature(), std::move(weights)};
  return {std::move(description), std::move(data)};
}

}  // namespace

FoundModel find_model(const std::string& path) {
  if (exists(path) && !is_directory(path)) return describe_recipe(path);
  return {training::open_model_folder(training::catalogue(), path), nullptr};
}

TrainedModel open_trained_model(const std::string& path, const std::string& device) {
  training::ModelDescription description = find_model(path).description;
  const models::Spec& spec = description.spec;
  auto backend = training::open_device(spec.run, device);
  Diagnostics about_training;  // said when it was trained
  auto model = std::make_unique<training::Model>(training::open_program(spec, description.signature, about_training),
                                                 std::move(backend));
  training::load_weights(*model, description.weights_path);
  return {std::move(description), std::move(model)};
}

}  // namespace dltrain::app
