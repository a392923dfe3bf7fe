// Recipes of tests, opened as the program opens them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "models/spec.h"
#include "training/events.h"
#include "training/model.h"

namespace dltrain::test {

models::Spec spec_of(const std::string& recipe_path, const std::vector<std::string>& changes = {});
std::unique_ptr<datasets::Dataset> data_of(const models::Spec& spec);
// On the device of that name, with the spec's starting weights or freshly initialized (and adapted).
std::unique_ptr<training::Model> model_of(const models::Spec& spec, const datasets::Dataset& data,
                                          const std::string& device);

// The losses of each step of a fit, and its outcome.
struct Fitted {
  std::vector<double> losses;
  training::Values values;
};
Fitted fit(training::Model& model, const datasets::Dataset& data);

}  // namespace dltrain::test
