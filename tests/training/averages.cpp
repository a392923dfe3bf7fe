// Averages of the weights, in and out of a model.
#include "training/averages.h"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "datasets/batch_stream.h"
#include "tests/support/files.h"
#include "tests/training/callbacks/driver.h"
#include "tests/training/experiment.h"
#include "training/callback_list.h"
#include "training/trainer.h"

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
  datasets::Batch batch;  // one step more: fit ends with the averages in the place of the weights
  datasets::BatchStream batches(*t.data, {.batch_size = 16});
  batches.next(batch);
  t.model->train(batch, {20, 0, 0.01});
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

namespace {

// Iris with averages and callbacks; what each epoch measured, and what is left in the end.
struct Run {
  std::vector<training::Values> epochs;
  Contents end;
  training::Values validated;  // with what is in the model in the end
};

class Recorder : public training::Callback {
 public:
  void on(const training::Event& event, training::Wishes&) override {
    if (const auto* done = std::get_if<training::EpochDone>(&event)) epochs.push_back(done->values);
  }
  std::vector<training::Values> epochs;
};

Run run_with(const std::vector<std::string>& callbacks, const std::string& optimizer) {
  const TemporaryFolder folder;
  const std::string path = write(folder, "r.toml", R"(
[data]
type = "iris"
[data.validation]
split = 0.3
[model]
layers = [{ type = "Dense", units = 8, activation = "relu" }, { type = "Dense", units = 3, activation = "softmax" }]
[train]
epochs = 3
batch_size = 32
loss = "sparse_categorical_crossentropy"
)");
  models::Spec spec = spec_of(path, {"train.optimizer=" + optimizer});
  for (const std::string& callback : callbacks) spec.callbacks.push_back(callback_component(callback));
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  training::CallbackList list({spec, folder.path(), "", {"loss", "val_loss"}, 1});
  Recorder recorder;
  list.add(recorder);
  list.open();
  training::Trainer trainer(*model, *data, list);
  CHECK(trainer.fit().code == ExitCode::ok);
  Contents end = contents(*model);
  return {recorder.epochs, std::move(end), training::evaluate_part(*model, *data, datasets::Part::validation, 32)};
}

double value_of(const training::Values& values, const char* name) { return *training::find_value(values, name); }

const std::string adam = R"({type="Adam", learning_rate=0.05, use_ema=true, ema_momentum=0.9})";

}  // namespace

TEST_CASE("training ends with the averages in the place of the weights") {
  const Run run = run_with({}, adam);
  size_t pairs = 0;
  for (const auto& [name, value] : run.end) {
    const auto average = run.end.find("optimizer/" + name + "/average");
    if (average == run.end.end()) continue;
    CHECK(value == average->second);
    ++pairs;
  }
  CHECK(pairs == 4);
}

TEST_CASE("SwapEMAWeights validates with the averages and changes nothing else") {
  const Run plain = run_with({}, adam);
  for (const char* callback : {"\"SwapEMAWeights\"", "{ type = \"SwapEMAWeights\", swap_on_epoch = true }"}) {
    const Run swapped = run_with({callback}, adam);
    CHECK(swapped.end == plain.end);
    for (size_t epoch = 0; epoch < 3; ++epoch) {
      CHECK(value_of(swapped.epochs[epoch], "loss") == value_of(plain.epochs[epoch], "loss"));
      CHECK(value_of(swapped.epochs[epoch], "val_loss") != value_of(plain.epochs[epoch], "val_loss"));
    }
  }
}

TEST_CASE("an average without memory is the weight, so that swapping shows nothing") {
  const std::string forgetful = R"({type="Adam", learning_rate=0.05, use_ema=true, ema_momentum=0})";
  const Run swapped = run_with({"\"SwapEMAWeights\""}, forgetful);
  const Run plain = run_with({}, forgetful);
  CHECK(swapped.end == plain.end);
  for (size_t epoch = 0; epoch < 3; ++epoch) CHECK(swapped.epochs[epoch] == plain.epochs[epoch]);
}

TEST_CASE("the best weights go before the averages, as in Keras") {
  const Run run = run_with({R"({ type = "EarlyStopping", monitor = "loss", restore_best_weights = true })"}, adam);
  bool any = false;
  for (const auto& [name, value] : run.end) {
    const auto average = run.end.find("optimizer/" + name + "/average");
    any = any || (average != run.end.end() && !(value == average->second));
  }
  CHECK(any);
}

TEST_CASE("the best weights are those that were validated: with SwapEMAWeights, averages") {
  for (const char* swap : {"\"SwapEMAWeights\"", "{ type = \"SwapEMAWeights\", swap_on_epoch = true }"}) {
    const Run run = run_with({swap, R"({ type = "EarlyStopping", restore_best_weights = true, patience = 5 })"}, adam);
    double best = value_of(run.epochs[0], "val_loss");
    for (const training::Values& values : run.epochs) best = std::min(best, value_of(values, "val_loss"));
    CHECK(value_of(run.validated, "loss") == best);
  }
}

TEST_CASE("SwapEMAWeights needs averages, and is named once") {
  CHECK_THROWS_AS(run_with({"\"SwapEMAWeights\""}, "\"Adam\""), UserError);
  CHECK_THROWS_AS(run_with({"\"SwapEMAWeights\"", "\"SwapEMAWeights\""}, adam), UserError);
}

}  // namespace dltrain::test
