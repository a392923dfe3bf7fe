// batch_size = "auto": the largest divisor of effective_batch_size for which there is memory, and nothing but what is
// announced decides.
#include "training/batch_choice.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "core/files.h"
#include "models/recipe/canonical.h"
#include "models/recompute.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/experiment.h"
#include "training/shortage.h"

namespace dltrain::test {

namespace {

constexpr int64_t mebi = int64_t{1} << 20;

models::Spec open_spec(const std::string& recipe, int64_t effective, const std::vector<std::string>& more = {}) {
  std::vector<std::string> changes = {R"(train.batch_size="auto")",
                                      "train.effective_batch_size=" + std::to_string(effective), "data.samples=1200"};
  changes.insert(changes.end(), more.begin(), more.end());
  return spec_of(source_path("recipes/benchmarks/" + recipe), changes);
}

struct Chosen {
  models::Spec spec;
  training::BatchChoice choice;
};

Chosen chosen(models::Spec spec, int64_t available) {
  const auto data = data_of(spec);
  const auto backend = backends::open_backend("cpu", {2});
  auto choice = training::choose_batch(spec, data->signature(), *backend, available);
  REQUIRE(choice);
  return {std::move(spec), *choice};
}

// What the model of a spec announces when it is prepared as for training.
int64_t announced(const models::Spec& spec) {
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  model->prepare_run(data->size(datasets::Part::train), 0);
  return model->memory().total() + model->memory().saving();
}

}  // namespace

TEST_CASE("the largest divisor that fits is chosen, and the update stays what it was") {
  for (const int64_t available : {120 * mebi, 200 * mebi, 300 * mebi, 1000 * mebi}) {
    const auto [spec, choice] = chosen(open_spec("unet.toml", 96), available);
    INFO(choice.text());
    CHECK(choice.batch * choice.accumulation == 96);
    CHECK(spec.train.batch_size == choice.batch);
    CHECK(spec.train.gradient_accumulation == choice.accumulation);
    CHECK(!spec.train.effective_batch_size);
    CHECK(choice.bytes <= training::room_in(available));
    CHECK(choice.bytes == announced(spec));
    CHECK((choice.batch == 96) == !choice.larger.has_value());
    if (choice.larger) {
      CHECK(choice.larger_bytes > training::room_in(available));
      CHECK(96 % *choice.larger == 0);
      for (int64_t between = choice.batch + 1; between < *choice.larger; ++between) CHECK(96 % between != 0);
    }
  }
}

TEST_CASE("few plans are compiled to find the batch") {
  int64_t tried = 0, most = 0;
  for (int64_t available = 30 * mebi; available < 600 * mebi; available += 57 * mebi) {
    const training::BatchChoice choice = chosen(open_spec("cnn.toml", 5040, {"data.samples=6000"}), available).choice;
    INFO(choice.text());
    REQUIRE(choice.larger);  // 5040 has 60 divisors
    CHECK(choice.larger_bytes > training::room_in(available));
    for (int64_t between = choice.batch + 1; between < *choice.larger; ++between) CHECK(5040 % between != 0);
    most = std::max(most, choice.tried);
    tried += choice.tried;
  }
  CHECK(most <= 6);
  CHECK(tried <= 50);  // for ten choices
}

TEST_CASE("the choice follows from what is announced, and from nothing else") {
  const auto first = chosen(open_spec("cnn.toml", 480), 50 * mebi),
             second = chosen(open_spec("cnn.toml", 480), 50 * mebi);
  CHECK(first.choice.batch == second.choice.batch);
  CHECK(first.choice.text() == second.choice.text());
  CHECK(models::canonical_toml(first.spec) == models::canonical_toml(second.spec));
  CHECK(first.choice.batch < 480);
  CHECK(chosen(open_spec("cnn.toml", 480), -1).choice.batch == 480);
}

TEST_CASE("recomputation lets a larger batch fit") {
  const int64_t plain = chosen(open_spec("unet.toml", 96), 160 * mebi).choice.batch;
  const int64_t again = chosen(open_spec("unet.toml", 96, {R"(train.recompute="auto")"}), 160 * mebi).choice.batch;
  INFO(plain << " and " << again);
  CHECK(again > plain);
}

TEST_CASE("where not even one sample fits, the error names the largest values") {
  models::Spec spec = open_spec("unet.toml", 96);
  const auto data = data_of(spec);
  const auto backend = backends::open_backend("cpu", {2});
  try {
    training::choose_batch(spec, data->signature(), *backend, 8 * mebi);
    FAIL("it was accepted");
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::memory);
    CHECK(error.diagnostics().front().what.starts_with("not even one sample at once fits: training takes "));
    CHECK(error.diagnostics().front().what.find("conv2d") != std::string::npos);
    CHECK(spec.train.batch_size.is_auto());
  }
}

TEST_CASE("with drop_last no batch is larger than the data") {
  const auto [spec, choice] = chosen(open_spec("mlp.toml", 2048, {"train.drop_last=true", "data.samples=700"}), -1);
  CHECK(choice.batch == 512);
}

TEST_CASE("a smaller batch than the update is a warning where a layer takes statistics of it") {
  const auto warnings_of = [&](const std::string& recipe, int64_t available) {
    const auto [spec, choice] = chosen(open_spec(recipe, 64), available);
    Diagnostics warnings;
    training::warn_of_batch_statistics(spec, choice, warnings);
    std::string text;
    for (const Diagnostic& warning : warnings.list()) text += warning.who + ": " + warning.what;
    return text;
  };
  CHECK(warnings_of("resnet20.toml", -1) == "");
  CHECK(warnings_of("unet.toml", 120 * mebi) == "");  // it has no such layer
  const std::string warning = warnings_of("resnet20.toml", 90 * mebi);
  INFO(warning);
  CHECK(
      warning.starts_with("layer \"conv/batch_normalization\" (BatchNormalization): this and 20 other layers of its "
                          "kind take mean and variance of "));
}

TEST_CASE("a run that goes on keeps its batch for the same update") {
  models::TrainSpec before, now;
  before.batch_size = 16;
  before.gradient_accumulation = 4;
  now.batch_size = 0;
  now.effective_batch_size = 64;
  REQUIRE(training::keeps_batch(before, now));
  const models::TrainSpec kept = training::with_batch_of(before, now);
  CHECK(kept.batch_size == 16);
  CHECK(kept.gradient_accumulation == 4);
  CHECK(!kept.effective_batch_size);
  now.effective_batch_size = 128;
  CHECK(!training::keeps_batch(before, now));
  now.batch_size = 32;
  CHECK(!training::keeps_batch(before, now));
}

}  // namespace dltrain::test
