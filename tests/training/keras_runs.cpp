// Twenty training steps from the same weights and batches as real Keras: losses, evaluation, predictions, final
// weights.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>

#include "core/files.h"
#include "core/text.h"
#include "formats/hdf5/weights_file.h"
#include "formats/json/json.h"
#include "models/keras_paths.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

// Of a loss after up to twenty steps; float32 alone makes `noise` of it (both sides have it).
double tolerance(const Table& run, bool batch_norm) { return (batch_norm ? 1e-4 : 1e-5) + 4 * *run.at("noise").real(); }

double number(const Setting& value) {
  return value.real() != nullptr ? *value.real() : static_cast<double>(*value.integer());
}

void check_close(const std::string& what, double ours, double theirs, double relative) {
  INFO(what << ": " << ours << ", Keras " << theirs);
  CHECK(std::fabs(ours - theirs) <= relative * std::max(1.0, std::fabs(theirs)));
}

void check_weights(training::Model& model, const std::string& path, double relative) {
  std::map<std::string, Array> theirs;
  for (const formats::WeightGroup& group : formats::read_weights_file(path)) {
    for (size_t i = 0; i < group.variables.size(); ++i)
      theirs[group.path + "/vars/" + std::to_string(i)] = group.variables[i];
  }
  for (const models::KerasVariable& variable :
       models::keras_variables(model.program().spec().model, model.program().states())) {
    const Array ours = model.session().state(variable.state);
    INFO(variable.state << " at " << variable.path());
    REQUIRE(theirs.contains(variable.path()));
    const Array& expected = theirs.at(variable.path());
    REQUIRE(ours.shape == expected.shape);
    double worst = 0;
    for (int64_t i = 0; i < ours.elements(); ++i) {
      worst = std::max(
          worst, std::fabs(element(ours, i) - element(expected, i)) / std::max(1.0, std::fabs(element(expected, i))));
    }
    CHECK(worst <= relative);
  }
}

void check_run(const std::string& folder, const Table& run, const std::string& device) {
  models::Spec spec =
      spec_of(folder + "/" + *run.at("recipe").text(), {"train.optimizer=" + run.at("optimizer").toml()});
  spec.run.log_every = 1;
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, device);
  const bool batch_norm = std::any_of(spec.model.layers.begin(), spec.model.layers.end(),
                                      [](const auto& layer) { return layer.component.kind == "BatchNormalization"; });
  const double relative = tolerance(run, batch_norm);
  const Fitted fitted = fit(*model, *data);
  const List& losses = *run.at("losses").list();
  REQUIRE(fitted.losses.size() == losses.size());
  for (size_t i = 0; i < losses.size(); ++i)
    check_close("loss of step " + std::to_string(i), fitted.losses[i], number(losses[i]), relative);

  const training::Values values =
      training::evaluate_part(*model, *data, datasets::Part::test, data->size(datasets::Part::test));
  for (const auto& [name, value] : values) {
    const Setting* theirs = run.at("evaluate_whole").table()->find(name);
    INFO("evaluated " << name);
    REQUIRE(theirs != nullptr);
    check_close(name, value, number(*theirs), 20 * relative);
  }
  check_weights(*model, folder + "/" + *run.at("final").text(), 50 * relative);
}

}  // namespace

TEST_CASE("twenty steps give Keras' losses, weights and evaluation") {
  const std::string folder = fixture_path("keras/training");
  int runs = 0;
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    if (!name.ends_with(".json") || name.ends_with(".weights.json")) continue;
    const Setting file = formats::read_json(folder + "/" + name, ExitCode::io);
    for (const Setting& run : *file.table()->at("cases").list()) {
      for (const std::string device : {"reference", "cpu"}) {
        DYNAMIC_SECTION(name << " " << *run.table()->at("case").text() << " on " << device) {
          check_run(folder, *run.table(), device);
        }
      }
      ++runs;
    }
  }
  CHECK(runs >= 20);
}

}  // namespace dltrain::test
