// Layers that training leaves alone. That frozen batch normalization and regularizers do what Keras does,
// keras_runs.cpp shows.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/experiment.h"

namespace dltrain::test {

namespace {

// Names of the weights and buffers that twenty steps change.
std::vector<std::string> changed(const std::vector<std::string>& settings) {
  const models::Spec spec = spec_of(fixture_path("keras/training/cnn.toml"), settings);
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  std::vector<std::pair<std::string, Array>> before;
  for (const graph::StateInfo& info : model->program().states().list()) {
    if (info.role != graph::StateRole::weight && info.role != graph::StateRole::buffer) continue;
    before.emplace_back(info.name, model->session().state(info.name));
  }
  fit(*model, *data);
  std::vector<std::string> names;
  for (const auto& [name, value] : before) {
    if (!(model->session().state(name) == value)) names.push_back(name);
  }
  return names;
}

}  // namespace

TEST_CASE("training changes what is not frozen, and nothing else") {
  const std::vector<std::string> last = {"last/kernel", "last/bias"};
  CHECK(changed({R"(train.freeze=["conv_*", "norm_?"])"}) == last);
  CHECK(changed({"train.freeze=[\"*_a\"]"}).size() == 7);  // kernel b, four of norm b, two of the last
  CHECK(changed({}).size() == 12);
}

TEST_CASE("a model that is frozen altogether runs, changes nothing and says so") {
  for (const char* accumulation : {"train.gradient_accumulation=1", "train.gradient_accumulation=2"}) {
    const std::vector<std::string> settings = {"train.freeze=\"*\"", accumulation};
    CHECK(changed(settings).empty());
    const models::Spec spec = spec_of(fixture_path("keras/training/cnn.toml"), settings);
    Diagnostics warnings;
    training::open_program(spec, data_of(spec)->signature(), warnings);
    REQUIRE(warnings.list().size() == 1);
    CHECK(warnings.list()[0].code.name() == "nothing-to-train");
  }
}

}  // namespace dltrain::test
