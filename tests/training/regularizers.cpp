// Squares as regularizers are part of the optimizer's update. With a second penalty beside them, too small to matter, the
// graph adds them to the gradients: both ways train the same. keras_runs.cpp shows that it is Keras' way.
#include <catch2/catch_test_macros.hpp>

#include "graph/op.h"
#include "tests/support/numbers.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"

namespace dltrain::test {

namespace {

struct Trained {
  Fitted fitted;
  double gradient_norm = 0;  // of the last step
  Arrays weights;
  size_t kernels = 0;
};

Trained trained(const std::string& penalty, std::vector<std::string> settings) {
  settings.push_back("layers.conv_a.kernel_regularizer=" + penalty);
  settings.push_back("layers.norm_b.gamma_regularizer=" + penalty);
  settings.push_back("layers.last.bias_regularizer=" + penalty);
  const models::Spec spec = spec_of(fixture_path("keras/training/cnn.toml"), settings);
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  Trained result{.fitted = fit(*model, *data)};
  result.gradient_norm = model->gradient_norm();
  result.kernels = model->training_plan().steps.size();
  for (const graph::StateInfo& info : model->program().states().list()) {
    if (info.role == graph::StateRole::weight) result.weights[info.name] = model->session().state(info.name);
  }
  return result;
}

}  // namespace

TEST_CASE("squares as regularizers train the same in the optimizer's update as in the graph") {
  for (const std::vector<std::string>& settings : std::vector<std::vector<std::string>>{
           {},
           {"train.gradient_accumulation=2"},
           {"train.optimizer.weight_decay=0.1"},
           {"train.optimizer.clipnorm=0.1"},
           {"train.optimizer.clipvalue=0.01"},
           {"train.optimizer.global_clipnorm=0.1"},
           {"train.optimizer={ type = \"RMSprop\", learning_rate = 0.001 }"},
           {"train.optimizer={ type = \"Adam\", learning_rate = 0.001, amsgrad = true }"}}) {
    INFO((settings.empty() ? "as it is" : settings[0]));
    const Trained folded = trained("{ type = \"L2\", l2 = 0.05 }", settings);
    const Trained apart = trained("{ type = \"L1L2\", l1 = 1e-12, l2 = 0.05 }", settings);
    CHECK(folded.kernels < apart.kernels);
    REQUIRE(folded.fitted.losses.size() == apart.fitted.losses.size());
    for (size_t i = 0; i < folded.fitted.losses.size(); ++i)
      CHECK(std::abs(folded.fitted.losses[i] - apart.fitted.losses[i]) < 1e-5);
    CHECK(std::abs(folded.gradient_norm - apart.gradient_norm) < 1e-4 * apart.gradient_norm);
    for (const auto& [name, value] : folded.weights) {
      INFO(name);
      CHECK(difference(value, apart.weights.at(name), {1e-4, 1e-5}) == "");
    }
    const Trained without = trained("{ type = \"L2\", l2 = 0.0 }", settings);
    CHECK(difference(without.weights.at("conv_a/kernel"), apart.weights.at("conv_a/kernel"), {1e-4, 1e-5}) != "");
  }
}

}  // namespace dltrain::test
