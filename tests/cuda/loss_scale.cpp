// Training in float16 on a GPU whose gradients overflow at first: steps are left out and the loss scale is halved within the
// recorded step, without a word to the host.
#include <catch2/catch_test_macros.hpp>

#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/snapshot.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

// A loss so large that its gradient, times the first loss scale, is infinite in float16.
models::Spec overflowing() {
  return spec_of(source_path("recipes/digits.toml"),
                 {"train.epochs=2", "train.batch_size=256", "train.optimizer=\"Adam\"", "seed=5",
                  "train.loss_weights=2000.0", "run.precision=\"mixed_float16\"",
                  R"(model.layers=["Flatten", { type = "Dense", units = 32, activation = "relu" }, )"
                  R"({ type = "Dense", units = 10, activation = "softmax" }])"});
}

struct Trained {
  training::States states;
  training::Values values;
};

Trained train(const std::string& device) {
  const models::Spec spec = overflowing();
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, device);
  const Fitted fitted = fit(*model, *data);
  return {training::copy_states(*model), fitted.values};
}

double value_of(const Trained& run, const char* name) {
  const double* value = training::find_value(run.values, name);
  REQUIRE(value != nullptr);
  return *value;
}

}  // namespace

TEST_CASE("cuda: steps whose gradients overflow are left out within the recorded step") {
  use_stand_in("");
  const Trained found = train("cuda");
  // Whole batches and the last one of a part are recorded once each, in training and in validation.
  CHECK(stand_in_count("cuStreamBeginCapture") == (on_gpu() ? 0 : 4));
  const Trained expected = train("reference");
  CHECK(value_of(found, "skipped_steps") >= 2);
  CHECK(value_of(found, "skipped_steps") == value_of(expected, "skipped_steps"));
  CHECK(value_of(found, "loss_scale") == value_of(expected, "loss_scale"));
  CHECK(value_of(found, "loss_scale") < 32768);
  REQUIRE(found.states.size() == expected.states.size());
  for (size_t i = 0; i < found.states.size(); ++i) {
    INFO(found.states[i].name);
    CHECK(difference(found.states[i].array, expected.states[i].array, {5e-2, 2e-2}) == "");
  }
}

TEST_CASE("cuda: runs that leave steps out give equal bits") {
  use_stand_in("");
  const Trained first = train("cuda");
  use_stand_in("backwards=1");
  const Trained second = train("cuda");
  CHECK(first.states == second.states);
  CHECK(first.values == second.values);
}

}  // namespace dltrain::test
