#include "app/experiment.h"

#include "app/messages.h"
#include "core/text.h"
#include "training/device.h"

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

std::optional<training::BatchChoice> settle_batch(models::Spec& spec, const DataSignature& signature,
                                                  backends::Backend& backend) {
  if (!spec.train.batch_size.is_auto()) return std::nullopt;
  auto choice = training::choose_batch(spec, signature, backend, training::memory_for_choice(backend));
  Diagnostics warnings;
  if (choice) training::warn_of_batch_statistics(spec, *choice, warnings);
  print_warnings(warnings);
  return choice;
}

void settle_batch(models::Spec& spec, const DataSignature& signature) {
  if (!spec.train.batch_size.is_auto()) return;
  settle_batch(spec, signature, *training::open_device(spec.run));
}

models::Program open_program(const models::Spec& spec, const DataSignature& signature) {
  Diagnostics warnings;
  models::Program program = training::open_program(spec, signature, warnings);
  print_warnings(warnings);
  return program;
}

}  // namespace dltrain::app
