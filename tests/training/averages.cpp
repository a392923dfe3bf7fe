// Averages of the weights, in and out of a model.
#include "training/averages.h"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "tests/support/paths.h"
#include "tests/training/experiment.h"

namespace dltrain::test {

namespace {

using Contents = std::map<std::string, Array>;

// Every weight, buffer, slot and counter.
Contents contents(training::Model& model) {
  Contents all;
  for (const graph::StateInfo& info : model.program().states().list()) {
    if (info.role != graph::StateRole::metric) all[info.name] = model.session().state(info.name);
  }
  return all;
}

struct Trained {
  models::Spec spec;
  std::unique_ptr<datasets::Dataset> data;
  std::unique_ptr<training::Model> model;
};

Trained trained(const std::string& device, const std::string& optimizer) {
  Trained t;
  t.spec = spec_of(fixture_path("keras/training/cnn.toml"), {"train.optimizer=" + optimizer});
  t.data = data_of(t.spec);
  t.model = model_of(t.spec, *t.data, device);
  fit(*t.model, *t.data);
  return t;
}

const std::string averaging = R"({type="Adam", learning_rate=0.01, use_ema=true, ema_momentum=0.9})";

}  // namespace

TEST_CASE("weights and averages change places, and back to the last bit") {
  for (const std::string device : {"reference", "cpu"}) {
    DYNAMIC_SECTION(device) {
      const Trained t = trained(device, averaging);
      REQUIRE(training::keeps_averages(t.spec));
      const Contents before = contents(*t.model);
      training::swap_averages(*t.model);
      const Contents swapped = contents(*t.model);
      int pairs = 0;
      for (const graph::StateInfo& info : t.model->program().states().list()) {
        if (info.role != graph::StateRole::weight) continue;
        const std::string average = "optimizer/" + info.name + "/average";
        CHECK(swapped.at(info.name) == before.at(average));
        CHECK(swapped.at(average) == before.at(info.name));
        CHECK(!(swapped.at(info.name) == before.at(info.name)));
        ++pairs;
      }
      CHECK(pairs > 3);
      training::swap_averages(*t.model);
      CHECK(contents(*t.model) == before);
    }
  }
}

TEST_CASE("a model takes its averages and keeps them") {
  const Trained t = trained("cpu", averaging);
  const Contents before = contents(*t.model);
  training::take_averages(*t.model);
  for (const auto& [name, value] : contents(*t.model)) {
    const auto average = before.find("optimizer/" + name + "/average");
    CHECK(value == (average != before.end() ? average->second : before.at(name)));
  }
}

TEST_CASE("without averages nothing is exchanged") {
  const Trained t = trained("cpu", R"({type="Adam", learning_rate=0.01})");
  CHECK_FALSE(training::keeps_averages(t.spec));
  const Contents before = contents(*t.model);
  training::swap_averages(*t.model);
  training::take_averages(*t.model);
  CHECK(contents(*t.model) == before);
}

}  // namespace dltrain::test
