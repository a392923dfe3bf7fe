#include "tests/training/experiment.h"

#include "backends/factory.h"
#include "training/adapt.h"
#include "training/experiment.h"
#include "training/trainer.h"
#include "training/weights.h"

namespace dltrain::test {

models::Spec spec_of(const std::string& recipe_path, const std::vector<std::string>& changes) {
  Diagnostics warnings;
  return training::open_recipe(recipe_path, {changes.begin(), changes.end()}, warnings).spec;
}

std::unique_ptr<datasets::Dataset> data_of(const models::Spec& spec) {
  Diagnostics warnings;
  return training::open_data(spec, nullptr, warnings);
}

std::unique_ptr<training::Model> model_of(const models::Spec& spec, const datasets::Dataset& data,
                                          const std::string& device) {
  Diagnostics warnings;
  auto model = std::make_unique<training::Model>(training::open_program(spec, data.signature(), warnings),
                                                 backends::open_backend(device, {2}));
  model->initialize();
  if (spec.model.weights.empty()) training::adapt_layers(*model, data);
  else training::load_weights(*model, training::starting_weights(spec));
  return model;
}

namespace {

class Losses : public training::Callback {
 public:
  void on(const training::Event& event, training::Wishes&) override {
    if (const auto* done = std::get_if<training::StepDone>(&event)) losses.push_back(done->loss);
  }
  std::vector<double> losses;
};

}  // namespace

Fitted fit(training::Model& model, const datasets::Dataset& data) {
  Losses losses;
  training::CallbackList callbacks;
  callbacks.add(losses);
  training::Trainer trainer(model, data, callbacks);
  const training::Outcome outcome = trainer.fit();
  return {losses.losses, outcome.values};
}

}  // namespace dltrain::test
