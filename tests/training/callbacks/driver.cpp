#include "tests/training/callbacks/driver.h"

#include "core/read_fields.h"
#include "core/text.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "training/experiment.h"

namespace dltrain::test {

models::Spec spec_with(const std::string& metrics, const std::string& optimizer) {
  const std::string text =
      "[data]\ntype = \"digits\"\n[data.validation]\nsplit = 0.5\n[model]\nlayers = [\"Flatten\", { type = \"Dense\", "
      "units = 3 }]\n"
      "[train]\nloss = \"mse\"\nmetrics = " +
      metrics + "\noptimizer = " + optimizer + "\n";
  Diagnostics diagnostics;
  return models::read_spec(models::parse_recipe("t.toml", text), training::catalogue(), {}, diagnostics);
}

Component callback_component(const Setting& given) {
  Diagnostics diagnostics;
  const auto component = read_component(training::catalogue(), "callback", given, "", diagnostics);
  diagnostics.throw_if_errors(ExitCode::recipe);
  return component.value();
}

Component callback_component(const std::string& toml) {
  const models::Recipe recipe = models::parse_recipe("t.toml", "callback = " + toml + "\n");
  return callback_component(recipe.table.at("callback"));
}

std::unique_ptr<training::Callback> prepared(const Component& component, const models::Spec& spec,
                                             const std::string& folder) {
  auto callback = training::callback_registry().make(component);
  callback->prepare({spec, folder, "", {"loss", "accuracy", "val_loss", "val_accuracy"}, 10});
  return callback;
}

training::EpochDone epoch_done(int64_t epoch, training::Values values, double learning_rate) {
  return {epoch, 1000, 10 * epoch, std::move(values), learning_rate, 1, 1};
}

training::Wishes told(training::Callback& callback, const training::Event& event) {
  training::Wishes wishes;
  callback.on(event, wishes);
  return wishes;
}

std::string text_of(const training::Wishes& wishes) {
  std::string text;
  const auto add = [&](const char* what, const std::string& value) { text += std::string(what) + ": " + value + "\n"; };
  if (wishes.swap_averages) add("swap", "averages");
  for (const std::string& name : wishes.remember) add("remember", name);
  for (const std::string& name : wishes.restore) add("restore", name);
  if (wishes.learning_rate) add("learning rate", number_text(*wishes.learning_rate));
  if (wishes.stop) add("stop", *wishes.stop);
  for (const std::string& path : wishes.export_weights) add("export", path);
  if (wishes.save)
    add("save", wishes.save->monitor + " " + (wishes.save->value ? number_text(*wishes.save->value) : "none"));
  for (const std::string& notice : wishes.notices) add("notice", notice);
  return text;
}

}  // namespace dltrain::test
