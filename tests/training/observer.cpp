// Looking at a model changes nothing of its training, and shows what training uses.
#include "training/observer.h"

#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "datasets/batch_stream.h"
#include "tests/support/files.h"
#include "tests/training/experiment.h"
#include "training/snapshot.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

// Batch normalization and dropout, whose states and random numbers a careless look would disturb.
constexpr const char* recipe = R"(
seed = 3
[data]
type = "iris"
[model]
layers = [
  { name = "a", type = "Dense", units = 8, activation = "relu" },
  "BatchNormalization",
  { type = "Dropout", rate = 0.3 },
  { name = "b", type = "Dense", units = 3, activation = "softmax" },
]
[train]
epochs = 2
batch_size = 32
loss = "sparse_categorical_crossentropy"
optimizer = { type = "SGD", learning_rate = 0.5 }
)";

datasets::Batch batch_of(const datasets::Dataset& data, int64_t size) {
  datasets::Batch batch;
  datasets::BatchStream batches(data, {.batch_size = size});
  batches.next(batch);
  return batch;
}

// Looks at everything after every step.
class Onlooker : public training::Callback {
 public:
  explicit Onlooker(training::Observer& observer) : observer_(observer), batch_(batch_of(observer.data(), 50)) {}
  void on(const training::Event& event, training::Wishes&) override {
    if (!std::holds_alternative<training::Stepped>(event) && !std::holds_alternative<training::EpochDone>(event))
      return;
    looks += observer_.weights().size() + observer_.activations(batch_).size() + observer_.gradients(batch_, 1).size() +
             observer_.predict(batch_).size();
  }
  size_t looks = 0;

 private:
  training::Observer& observer_;
  datasets::Batch batch_;
};

training::States states_after_fit(const models::Spec& spec, bool looked_at) {
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  training::Observer observer(*model, *data);
  Onlooker onlooker(observer);
  training::CallbackList callbacks;
  if (looked_at) callbacks.add(onlooker);
  training::Trainer trainer(*model, *data, callbacks);
  CHECK(trainer.fit().code == ExitCode::ok);
  CHECK((onlooker.looks > 0) == looked_at);
  return training::copy_states(*model);
}

}  // namespace

TEST_CASE("a run that is looked at is the same, bit for bit") {
  const TemporaryFolder folder;
  const std::string path = write(folder, "r.toml", recipe);
  for (const std::vector<std::string>& changes : {std::vector<std::string>{}, {"train.gradient_accumulation=2"}}) {
    const models::Spec spec = spec_of(path, changes);
    CHECK(states_after_fit(spec, true) == states_after_fit(spec, false));
  }
}

TEST_CASE("the gradients shown are those that a step follows") {
  const TemporaryFolder folder;
  const models::Spec spec = spec_of(write(folder, "r.toml", recipe));
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  training::Observer observer(*model, *data);
  const datasets::Batch batch = batch_of(*data, 32);
  const training::NamedArrays before = observer.weights();
  const training::NamedArrays gradients = observer.gradients(batch, 0);
  model->train(batch, {0, 0, 0.5});
  const training::NamedArrays after = observer.weights();
  size_t compared = 0;
  double largest = 0;
  for (const auto& [name, gradient] : gradients) {
    for (size_t w = 0; w < before.size(); ++w) {
      if (before[w].first != name) continue;
      for (int64_t i = 0; i < gradient.elements(); ++i) {
        const double step = (element(before[w].second, i) - element(after[w].second, i)) / 0.5;
        CHECK(std::abs(step - element(gradient, i)) < 1e-5);
        largest = std::max(largest, std::abs(step));
        ++compared;
      }
    }
  }
  CHECK(compared == 4 * 8 + 8 + 8 + 8 + 8 * 3 + 3);
  CHECK(largest > 0.01);
}

TEST_CASE("the norm of a step is that of the gradients it follows, accumulated or not, clipped or not") {
  const TemporaryFolder folder;
  const std::string path = write(folder, "r.toml", recipe);
  const std::string clipped = R"(train.optimizer={ type = "SGD", learning_rate = 0.5, global_clipnorm = 0.01 })";
  for (const std::string& change : {std::string("train.epochs=1"), clipped}) {
    const models::Spec spec = spec_of(path, {change});
    const auto data = data_of(spec);
    const auto model = model_of(spec, *data, "cpu");
    training::Observer observer(*model, *data);
    const datasets::Batch batch = batch_of(*data, 32);
    double squares = 0;
    for (const auto& [name, gradient] : observer.gradients(batch, 0)) {
      for (int64_t i = 0; i < gradient.elements(); ++i) squares += std::pow(element(gradient, i), 2);
    }
    model->train(batch, {0, 0, 0.5});
    CHECK(std::abs(model->gradient_norm() / std::sqrt(squares) - 1) < 1e-5);
  }
  // The same samples in two batches, before anything is applied: their gradients add up, and so do the sums of weights.
  const models::Spec spec = spec_of(path, {"train.gradient_accumulation=2"});
  const auto data = data_of(spec);
  const auto halves = model_of(spec, *data, "cpu");
  const datasets::Batch batch = batch_of(*data, 32);
  halves->gradient(batch, {0, 0, 0.5});
  const double loss = halves->loss();
  halves->gradient(batch, {0, 0, 0.5});
  halves->apply({0, 0, 0.5});
  const models::Spec whole_spec = spec_of(path);
  const auto whole = model_of(whole_spec, *data, "cpu");
  whole->train(batch, {0, 0, 0.5});
  CHECK(std::abs(halves->gradient_norm() / whole->gradient_norm() - 1) < 1e-5);
  CHECK(halves->loss() == loss);
}

TEST_CASE("the activations shown are those that predictions are made of") {
  const TemporaryFolder folder;
  const models::Spec spec = spec_of(write(folder, "r.toml", recipe));
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  training::Observer observer(*model, *data);
  const datasets::Batch batch = batch_of(*data, 20);
  const training::NamedArrays outputs = observer.activations(batch);
  REQUIRE(outputs.size() == 4);
  CHECK(outputs[0].first == "a");
  CHECK(outputs[0].second.shape == Shape{20, 8});
  CHECK(outputs[3].second == observer.predict(batch).front());
}

}  // namespace dltrain::test
