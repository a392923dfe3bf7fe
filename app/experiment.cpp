#include "app/experiment.h"

#include "app/messages.h"

namespace dltrain::app {

training::OpenedRecipe open_recipe(const RecipeOptions& options) {
  std::vector<std::string> changes = options.set;
  if (options.epochs) changes.push_back("train.epochs=" + std::to_string(*options.epochs));
  if (options.seed) changes.push_back("seed=" + std::to_string(*options.seed));
  if (options.threads) changes.push_back("run.threads=" + std::to_string(*options.threads));
  if (!options.device.empty()) changes.push_back("run.device=\"" + options.device + "\"");
  Diagnostics warnings;
  training::OpenedRecipe opened = training::open_recipe(options.recipe, changes, warnings);
  print_warnings(warnings);
  return opened;
}

std::unique_ptr<datasets::Dataset> open_data(const models::Spec& spec, const datasets::DataContract* contract) {
  Diagnostics warnings;
  auto data = training::open_data(spec, contract, warnings);
  print_warnings(warnings);
  return data;
}

models::Program open_program(const models::Spec& spec, const DataSignature& signature) {
  Diagnostics warnings;
  models::Program program = training::open_program(spec, signature, warnings);
  print_warnings(warnings);
  return program;
}

}  // namespace dltrain::app
