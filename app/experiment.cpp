#include "app/experiment.h"

#include "app/messages.h"
#include "core/text.h"

namespace dltrain::app {

training::OpenedRecipe open_recipe(const RecipeOptions& options, Diagnostics& warnings) {
  std::vector<models::Override> changes(options.set.begin(), options.set.end());
  const auto change = [&](const std::string& key, const std::string& value, const std::string& typed) {
    changes.emplace_back(key + "=" + value, typed);
  };
  const auto number = [&](const std::string& key, const std::string& option, const std::optional<int64_t>& value) {
    if (value) change(key, std::to_string(*value), option + " " + std::to_string(*value));
  };
  number("train.epochs", "--epochs", options.epochs);
  number("seed", "--seed", options.seed);
  number("run.threads", "--threads", options.threads);
  number("train.limit_batches", "--limit-batches", options.limit_batches);
  if (!options.device.empty()) change("run.device", quote(options.device), "--device " + options.device);
  return training::open_recipe(options.recipe, changes, warnings);
}

training::OpenedRecipe open_recipe(const RecipeOptions& options) {
  Diagnostics warnings;
  training::OpenedRecipe opened = open_recipe(options, warnings);
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
