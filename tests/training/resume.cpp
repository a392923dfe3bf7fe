// A run that is broken off and goes on in a new process's stead (new model, new callbacks, through a checkpoint on the
// disk) ends with the same bits as one that was not: architectures x optimizers x places, twice each (P2).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/files.h"
#include "core/random.h"
#include "datasets/order.h"
#include "tests/support/files.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/checkpoint/checkpoint.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

using training::Snapshot;

struct Case {
  std::string recipe;
  std::vector<std::string> changes;
};

std::vector<std::string> changes_of(const std::string& optimizer, int64_t accumulation, const std::string& layers) {
  std::vector<std::string> changes = {"train.epochs=3", "train.batch_size=256", "train.optimizer=" + optimizer,
                                      "train.gradient_accumulation=" + std::to_string(accumulation), "seed=5"};
  if (!layers.empty()) changes.push_back("model.layers=" + layers);
  return changes;
}

// A run of a recipe, up to a step.
class Run {
 public:
  explicit Run(const models::Spec& spec, const std::string& device = "cpu")
      : data_(data_of(spec)), model_(model_of(spec, *data_, device)), trainer_(*model_, *data_, callbacks_) {}
  void restore(Snapshot snapshot) { trainer_.restore(std::move(snapshot), "test"); }
  void until(int64_t step) {
    trainer_.stop_after(step);
    trainer_.fit();
  }
  training::Trainer& trainer() { return trainer_; }
  training::Model& model() { return *model_; }

 private:
  std::unique_ptr<datasets::Dataset> data_;
  std::unique_ptr<training::Model> model_;
  training::CallbackList callbacks_;
  training::Trainer trainer_;
};

Snapshot through_disk(Run& run, const std::string& folder) {
  training::CheckpointContent content{{}, {}, "recipe", "contract", {}};
  content.manifest.created = "now";
  training::fill_content(content, run.trainer().snapshot(), run.model().program());
  training::write_checkpoint(content, folder);
  return training::read_checkpoint(folder, run.model().program());
}

void check_same(const training::States& a, const training::States& b) {
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    INFO(a[i].name);
    CHECK(a[i] == b[i]);
  }
}

constexpr auto mlp =
    R"(["Flatten", { type = "Dense", units = 32, activation = "relu" }, { type = "Dropout", rate = 0.3 }, { type = "Dense", units = 10, activation = "softmax" }])";
constexpr auto cnn =
    R"([{ type = "Conv2D", filters = 4, kernel_size = 3 }, "BatchNormalization", "ReLU", "Flatten", { type = "Dropout", rate = 0.3 }, { type = "Dense", units = 10, activation = "softmax" }])";

}  // namespace

TEST_CASE("a run that goes on ends with the same bits") {
  const std::string layers = GENERATE(mlp, cnn);
  const std::string optimizer = GENERATE(
      R"({ type = "SGD", momentum = 0.9, learning_rate = { type = "ExponentialDecay", initial_learning_rate = 0.1, decay_steps = 5, decay_rate = 0.9 } })",
      R"("RMSprop")", R"({ type = "Adam", use_ema = true })", R"({ type = "AdamW", global_clipnorm = 1.0 })");
  const int64_t accumulation = GENERATE(1, 3);
  const models::Spec spec = spec_of(source_path("recipes/digits.toml"), changes_of(optimizer, accumulation, layers));
  Run whole(spec);
  whole.until(1'000'000);
  const int64_t steps = whole.trainer().position().step;
  REQUIRE(steps >= 12);
  const TemporaryFolder folder;
  // Within an epoch, at its last step, behind it, in the last one.
  for (const int64_t first : {int64_t{1}, steps / 3, steps / 3 + 1, steps - 1}) {
    INFO(layers << " " << optimizer << " x " << accumulation << " broken off at " << first);
    Run one(spec);
    one.until(first);
    Run two(spec);
    two.restore(through_disk(one, folder.file(std::to_string(first))));
    two.until(first + (steps - first) / 2);
    Run three(spec);
    three.restore(through_disk(two, folder.file(std::to_string(first) + "-again")));
    three.until(1'000'000);
    check_same(training::copy_states(whole.model()), training::copy_states(three.model()));
    CHECK(whole.trainer().position().values == three.trainer().position().values);
  }
}

// Gradients overflow at first: the scale they come in is halved before, at and after the places where runs go on.
TEST_CASE("a run in float16 goes on with the same bits and the same loss scale") {
  const int64_t accumulation = GENERATE(1, 3);
  std::vector<std::string> changes = changes_of(R"("Adam")", accumulation, mlp);
  changes.insert(changes.end(), {"run.precision=\"mixed_float16\"", "train.loss_weights=2000.0"});
  const models::Spec spec = spec_of(source_path("recipes/digits.toml"), changes);
  Run whole(spec, "reference");
  whole.until(1'000'000);
  const int64_t steps = whole.trainer().position().step;
  const double* skipped = training::find_value(whole.trainer().position().values, "skipped_steps");
  REQUIRE(skipped != nullptr);
  CHECK(*skipped >= 2);
  CHECK(*skipped < static_cast<double>(steps));
  const TemporaryFolder folder;
  for (const int64_t first : {int64_t{1}, int64_t{2}, steps - 1}) {
    INFO("x " << accumulation << " broken off at " << first);
    Run one(spec, "reference");
    one.until(first);
    Run two(spec, "reference");
    two.restore(through_disk(one, folder.file(std::to_string(first))));
    two.until(1'000'000);
    check_same(training::copy_states(whole.model()), training::copy_states(two.model()));
    CHECK(whole.trainer().position().values == two.trainer().position().values);
  }
}

namespace {

// The rest of the first epoch behind a sample as one update, by hand.
training::States one_update(const models::Spec& spec, Snapshot snapshot, int64_t first_row) {
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  const int64_t samples = data->size(datasets::Part::train);
  std::erase_if(snapshot.states, [](const auto& state) { return state.name.starts_with("gradient/"); });
  model->prepare_training(32);
  training::set_states(*model, snapshot.states, "test");
  const std::vector<int64_t> order = datasets::epoch_order(samples, spec.seed, 0);
  datasets::Batch batch;
  for (int64_t first = first_row; first < samples; first += 32) {
    const auto count = static_cast<size_t>(std::min<int64_t>(32, samples - first));
    data->read(datasets::Part::train, std::span(order).subspan(static_cast<size_t>(first), count), batch);
    model->gradient(batch, {snapshot.position.step, first - first_row, 0.5});
  }
  model->apply({snapshot.position.step, 0, 0.5});
  return training::copy_states(*model, true);
}

std::vector<std::string> one_epoch(int64_t batch_size, int64_t accumulation) {
  return {"train.epochs=1",
          "train.optimizer={ type = \"SGD\", learning_rate = 0.5 }",
          "seed=5",
          std::string("model.layers=") + R"(["Flatten", { type = "Dense", units = 10, activation = "softmax" }])",
          "train.batch_size=" + std::to_string(batch_size),
          "train.gradient_accumulation=" + std::to_string(accumulation)};
}

}  // namespace

TEST_CASE("a run that goes on with another batch sees the rest of its epoch once") {
  const std::string recipe = source_path("recipes/digits.toml");
  const int64_t accumulation = GENERATE(1, 3), batch_size = GENERATE(70, 128, 1000);
  const bool within_update = GENERATE(false, true);
  if (within_update && accumulation == 1) return;
  const models::Spec before = spec_of(recipe, one_epoch(128, accumulation));
  Run one(before);
  one.until(4);
  const TemporaryFolder folder;
  Snapshot snapshot = through_disk(one, folder.file("checkpoint"));
  const int64_t seen = 4 * 128 * accumulation;
  CHECK(snapshot.position.rows_of_epoch == seen);
  if (within_update) {  // two of its three batches, and sums that nobody must take
    snapshot.position.batches += 2;
    snapshot.position.micro_batch = 2;
    snapshot.position.rows_of_step = 256;
    snapshot.position.rows_of_epoch += 256;
    for (auto& state : snapshot.states) {
      if (state.name.starts_with("gradient/")) std::ranges::fill(state.array.as<float>(), 1e6F);
    }
  }
  const models::Spec now = spec_of(recipe, one_epoch(batch_size, 1000));
  Run two(now);
  two.restore(snapshot);
  CHECK(two.trainer().position().first_row == seen);
  two.until(1'000'000);
  CHECK(two.trainer().position().step == 5);
  const training::States expected = one_update(now, snapshot, seen);
  const training::States found = training::copy_states(two.model(), true);
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    const auto a = found[i].array.as<float>(), b = expected[i].array.as<float>();
    INFO(found[i].name);
    for (size_t j = 0; j < a.size(); ++j) CHECK(std::abs(a[j] - b[j]) < 1e-5F);
  }
}

TEST_CASE("updates of one batch follow updates of several, and counts stay right") {
  const std::string recipe = source_path("recipes/digits.toml");
  const models::Spec before = spec_of(recipe, one_epoch(100, 4));
  Run one(before);
  one.until(2);
  const TemporaryFolder folder;
  models::Spec now = spec_of(recipe, one_epoch(300, 1));
  now.train.epochs = 2;
  Run two(now);
  two.restore(through_disk(one, folder.file("checkpoint")));
  two.until(5);
  CHECK(two.trainer().position().rows_of_epoch == 800 + 3 * 300);
  Run three(now);  // broken off again within the same epoch
  three.restore(through_disk(two, folder.file("again")));
  CHECK(three.trainer().position().first_row == 800);
  three.until(1'000'000);
  Run four(now);
  four.restore(training::read_checkpoint(folder.file("checkpoint"), two.model().program()));
  four.until(1'000'000);
  check_same(training::copy_states(three.model()), training::copy_states(four.model()));
  const int64_t samples = data_of(now)->size(datasets::Part::train);
  CHECK(four.trainer().position().step == 2 + (samples - 800 + 299) / 300 + (samples + 299) / 300);
}

TEST_CASE("damage to a checkpoint is found at every byte of its manifest and in samples of its files") {
  const models::Spec spec = spec_of(source_path("recipes/digits.toml"), {"train.epochs=1"});
  Run run(spec);
  run.until(3);
  const TemporaryFolder folder;
  const std::string checkpoint = folder.file("checkpoint");
  through_disk(run, checkpoint);
  REQUIRE_NOTHROW(training::verify_checkpoint(checkpoint));
  for (const std::string& name : list_directory(checkpoint, ExitCode::io)) {
    const std::string path = join_path(checkpoint, name);
    const std::vector<std::byte> good = read_file(path, ExitCode::io);
    const size_t stride = name == "manifest.json" ? 1 : good.size() / 97 + 1;
    size_t accepted = 0;
    for (size_t i = 0; i < good.size(); i += stride) {
      std::vector<std::byte> bad = good;
      bad[i] ^= std::byte{static_cast<unsigned char>(1U << (i % 8))};
      OutputFile(path, OutputFile::Mode::truncate).write(bad);
      try {
        training::verify_checkpoint(checkpoint);
        ++accepted;
      } catch (const UserError& error) {
        CHECK(error.code() == ExitCode::model);
      }
    }
    OutputFile(path, OutputFile::Mode::truncate).write(good);
    INFO(name);
    CHECK(accepted == 0);
  }
  CHECK_NOTHROW(training::verify_checkpoint(checkpoint));
}

TEST_CASE("after a step that is not finite nothing changes, and what was first is named") {
  const models::Spec spec = spec_of(source_path("recipes/digits.toml"), changes_of(R"("Adam")", GENERATE(1, 2), cnn));
  Run run(spec);
  run.until(4);
  const training::States before = training::copy_states(run.model());
  // A number that overflows on its way through the layers, from one step on.
  Array kernel = run.model().session().state("dense/kernel");
  set_element(kernel, 7, 3e38);
  run.model().session().set_state("dense/kernel", kernel);
  training::CallbackList none;
  auto data = data_of(spec);
  training::Trainer trainer(run.model(), *data, none);
  Snapshot snapshot = run.trainer().snapshot();
  trainer.restore(std::move(snapshot), "test");
  trainer.stop_after(1'000'000);
  const training::Outcome outcome = trainer.fit();
  CHECK(outcome.status == training::RunStatus::failed);
  CHECK(outcome.code == ExitCode::numeric);
  INFO(outcome.reason);
  CHECK(outcome.reason.find("layer \"") != std::string::npos);
  for (const formats::NamedArray& state : training::copy_states(run.model())) {
    const graph::StateInfo* info = run.model().program().states().find(state.name);
    const bool of_the_model = info->role == graph::StateRole::weight || info->role == graph::StateRole::buffer ||
                              info->role == graph::StateRole::slot;
    if (!of_the_model || state.name == "dense/kernel") continue;
    const auto old = std::find_if(before.begin(), before.end(), [&](const auto& b) { return b.name == state.name; });
    INFO(state.name);
    CHECK(old->array == state.array);
  }
}

}  // namespace dltrain::test
