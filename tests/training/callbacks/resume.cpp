// Runs with callbacks that go on from a checkpoint after any step end with the same bytes as those that were never
// interrupted.
#include <catch2/catch_test_macros.hpp>
#include <map>

#include "core/files.h"
#include "formats/json/json.h"
#include "tests/support/files.h"
#include "tests/training/callbacks/driver.h"
#include "tests/training/experiment.h"
#include "training/callback_list.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

constexpr const char* recipe = R"(
[data]
type = "iris"
[data.validation]
split = 0.3
[model]
layers = [{ type = "Dense", units = 8, activation = "relu" }, "BatchNormalization", { type = "Dropout", rate = 0.2 }, { type = "Dense", units = 3, activation = "softmax" }]
[train]
epochs = 8
batch_size = 40
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
)";

// Keeps every checkpoint that is wished, with the callbacks' states as they come back from a file.
class Keeper : public training::Saver {
 public:
  void save(training::Snapshot snapshot, std::vector<std::string>, const training::SaveWish&) override {
    const Setting back =
        formats::parse_json(formats::json_text(Setting(snapshot.callbacks)), "callbacks", ExitCode::bug);
    snapshot.callbacks = *back.table();
    snapshots.push_back(std::move(snapshot));
  }
  std::string save_failure(training::Snapshot, const Table&) override { return {}; }
  void export_weights(training::Model&, const std::string&) override {}
  void finish() override {}
  std::vector<std::string> take_notices() override { return {}; }

  std::vector<training::Snapshot> snapshots;
};

struct End {
  std::map<std::string, Array> states;
  std::string log;
  training::Outcome outcome;
};

End run(const models::Spec& spec, const std::string& folder, Keeper& keeper, const training::Snapshot* from) {
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  training::CallbackList callbacks({spec,
                                    folder,
                                    "",
                                    {"loss", "accuracy", "val_loss", "val_accuracy"},
                                    training::steps_per_epoch(spec, data->size(datasets::Part::train))});
  training::Trainer trainer(*model, *data, callbacks, &keeper);
  model->prepare_training(spec.train.batch_size);
  if (from != nullptr) trainer.restore(*from, "snapshot");
  callbacks.open();
  End end;
  end.outcome = trainer.fit();
  for (const graph::StateInfo& info : model->program().states().list()) {
    if (info.role != graph::StateRole::metric) end.states[info.name] = model->session().state(info.name);
  }
  end.log = read_text(folder + "/log.csv", ExitCode::io);
  return end;
}

void check_all_checkpoints(const std::vector<std::string>& callbacks, const std::string& optimizer) {
  const TemporaryFolder folder;
  models::Spec spec = spec_of(write(folder, "r.toml", recipe), {"train.optimizer=" + optimizer});
  spec.callbacks = {callback_component(R"({ type = "ModelCheckpoint", every_steps = 1 })"),
                    callback_component(R"({ type = "CSVLogger", filename = "log.csv" })"),
                    callback_component(R"({ type = "TensorBoard", histogram_freq = 0 })")};
  for (const std::string& callback : callbacks) spec.callbacks.push_back(callback_component(callback));
  Keeper keeper;
  const End whole = run(spec, folder.path(), keeper, nullptr);
  REQUIRE(keeper.snapshots.size() >= 12);
  for (size_t i = 0; i < keeper.snapshots.size(); ++i) {
    INFO("from checkpoint " << i << ", after step " << keeper.snapshots[i].position.step);
    Keeper ignored;
    const End again = run(spec, folder.path(), ignored, &keeper.snapshots[i]);
    CHECK(again.states == whole.states);
    CHECK(again.log == whole.log);
    CHECK(again.outcome.status == whole.outcome.status);
    CHECK(again.outcome.reason == whole.outcome.reason);
    CHECK(again.outcome.step == whole.outcome.step);
  }
}

}  // namespace

TEST_CASE("a run with averages goes on exactly, validated with them or not") {
  const std::string averaging =
      R"({type="Adam", learning_rate=0.05, use_ema=true, ema_momentum=0.8, ema_overwrite_frequency=5})";
  check_all_checkpoints({}, averaging);
  check_all_checkpoints({"\"SwapEMAWeights\""}, averaging);
  check_all_checkpoints({R"({ type = "SwapEMAWeights", swap_on_epoch = true })"}, averaging);
}

TEST_CASE("a run that lowers its learning rate and ends early goes on exactly") {
  check_all_checkpoints(
      {R"({ type = "ReduceLROnPlateau", monitor = "loss", patience = 1, min_delta = 0.2, factor = 0.5, cooldown = 1 })",
       R"({ type = "EarlyStopping", monitor = "val_accuracy", min_delta = 0.1, patience = 3, restore_best_weights = true })"},
      R"({type="SGD", learning_rate=0.1, momentum=0.9})");
}

TEST_CASE("a run with learning rates by epoch goes on exactly") {
  check_all_checkpoints({R"({ type = "LearningRateScheduler", schedule = { 2 = 0.1, 5 = 0.01 } })"},
                        R"({type="RMSprop", learning_rate=0.02})");
}

}  // namespace dltrain::test
