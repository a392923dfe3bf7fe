// Every model of the zoo trains: a few steps on one batch of made-up samples, on small images. The deepest models, which
// are others with more of the same blocks, have fewer of them here; tests/models/zoo_test.cpp assembles them whole.
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "core/text.h"
#include "models/zoo/zoo.h"
#include "tests/support/files.h"
#include "tests/training/experiment.h"

namespace dltrain::test {

namespace {

struct Small {
  std::string keys;  // beside the type
  std::string data;
  std::string loss = "sparse_categorical_crossentropy";
};

// Models for photographs halve the image five times.
Small small(const std::string& name) {
  const std::string classes = ", classes = 4";
  const std::string images = "classes = 4\nshape = ";
  if (name == "mlp" || name.starts_with("lenet")) return {classes, images + "[16, 16, 1]"};
  if (name == "autoencoder")
    return {"", "task = \"segmentation\"\nnoise = 0\nshape = [16, 16, 1]", "binary_crossentropy"};
  if (name.starts_with("unet")) {
    return {", filters1 = 4, filters2 = 4, filters3 = 8, filters4 = 8, filters5 = 8",
            "task = \"segmentation\"\nnoise = 0\nshape = [16, 16, 3]", "binary_crossentropy"};
  }
  if (name == "lstm_classifier") {
    return {", vocabulary = 50, classes = 4, activation = \"softmax\"",
            "task = \"text_classification\"\nclasses = 4\nvocabulary = 50\nshape = 12"};
  }
  if (name == "transformer_classifier") {
    return {", vocabulary = 50, length = 12, depth = 2" + classes,
            "task = \"text_classification\"\nclasses = 4\nvocabulary = 50\nshape = 12"};
  }
  if (name.starts_with("char_gpt")) {
    return {", vocabulary = 20, length = 12, depth = 2", "task = \"next_token\"\nvocabulary = 20\nshape = 12"};
  }
  if (name.starts_with("vgg")) return {", units = 16" + classes, images + "[32, 32, 3]"};
  if (name.starts_with("mobilenet")) return {", strides = 1" + classes, images + "[16, 16, 3]"};
  if (name == "densenet169" || name == "densenet201")
    return {", layers1 = 2, layers2 = 2, layers3 = 3, layers4 = 3" + classes, images + "[32, 32, 3]"};
  if (name == "resnet34" || name == "resnet50" || name == "resnet101" || name == "resnet152")
    return {", further1 = 1, further2 = 1, further3 = 1, further4 = 1" + classes, images + "[32, 32, 3]"};
  if (name == "densenet_bc_100" || name.starts_with("resnet")) return {classes, images + "[16, 16, 3]"};
  return {classes, images + "[32, 32, 3]"};
}

std::string recipe(const std::string& name, const Small& use) {
  return "[data]\ntype = \"synthetic\"\nsamples = 8\n" + use.data +
         "\n[model]\nlayers = [{ type = " + quote("zoo/" + name) + use.keys +
         " }]\n[train]\nepochs = 5\nbatch_size = 8\nloss = " + quote(use.loss) +
         "\noptimizer = { type = \"Adam\", learning_rate = 1e-3 }\n[run]\nlog_every = 1\n";
}

}  // namespace

TEST_CASE("every model of the zoo trains") {
  const TemporaryFolder folder;
  for (const std::string& name : models::zoo::names()) {
    INFO(name);
    const models::Spec spec = spec_of(write(folder, name + ".toml", recipe(name, small(name))));
    const auto data = data_of(spec);
    const auto model = model_of(spec, *data, "cpu");
    std::map<std::string, Array> before;
    for (const graph::StateInfo& state : model->program().states().list()) {
      if (state.role == graph::StateRole::weight) before.emplace(state.name, model->session().state(state.name));
    }
    const std::vector<double> losses = fit(*model, *data).losses;
    REQUIRE(losses.size() == 5);
    for (const double loss : losses) CHECK(std::isfinite(loss));
    CHECK(*std::min_element(losses.begin() + 2, losses.end()) < losses.front());
    size_t moved = 0;
    for (const auto& [weight, value] : before) {
      const Array now = model->session().state(weight);
      const auto old_values = value.as<float>(), new_values = now.as<float>();
      if (!std::equal(old_values.begin(), old_values.end(), new_values.begin())) ++moved;
    }
    CHECK(moved == before.size());
  }
}

}  // namespace dltrain::test
