// Recomputation changes no bit of what is trained, and lowers the peak of the plan: on models of recipes/ with
// convolutions, residuals, normalizations, attention, recurrence and dropout.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/recompute_report.h"

namespace dltrain::test {

namespace {

struct Subject {
  std::string recipe;  // below recipes/
  std::vector<std::string> shortened;
  std::string named;  // blocks or layers of it, as TOML
  bool gains = true;  // whether "auto" finds anything: the peak may lie where one large value is computed from another
};

// Odd last batches: the numbers of samples are no multiples of the batches.
const std::vector<Subject>& subjects() {
  static const std::vector<Subject> list = {
      {"benchmarks/cnn.toml", {"data.samples=80", "train.batch_size=32"}, R"("dropout")", false},
      {"benchmarks/gru.toml", {"data.samples=20", "data.vocabulary=400", "train.batch_size=8"}, R"("gru*")", false},
      {"benchmarks/lstm.toml", {"data.samples=20", "data.vocabulary=400", "train.batch_size=8"}, R"("lstm*")", false},
      {"benchmarks/mlp.toml", {"data.samples=700", "train.batch_size=256"}, R"(["dropout", "dense_1"])", false},
      {"benchmarks/mobilenet.toml", {"data.samples=20", "train.batch_size=8"}, R"(["separable*"])"},
      {"benchmarks/resnet20.toml", {"data.samples=40", "train.batch_size=16"}, R"(["residual*", "widening*"])"},
      {"benchmarks/transformer.toml",
       {"data.samples=10", "train.batch_size=4"},
       R"(["dense*", "layer_normalization*"])"},
      {"benchmarks/unet.toml", {"data.samples=10", "train.batch_size=4"}, R"(["down*", "bottom", "up*"])"},
      {"digits_cnn.toml", {"train.batch_size=500"}, R"("*")"},
  };
  return list;
}

struct Trained {
  std::vector<std::pair<std::string, Array>> states;
  int64_t arena = 0;
  int64_t kernels = 0;  // that run again
};

Trained trained(const Subject& subject, std::vector<std::string> more) {
  std::vector<std::string> changes = subject.shortened;
  changes.insert(changes.end(), {"train.epochs=1", "train.limit_batches=3"});
  changes.insert(changes.end(), more.begin(), more.end());
  const models::Spec spec = spec_of(source_path("recipes/" + subject.recipe), changes);
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "cpu");
  fit(*model, *data);
  Trained result;
  for (const graph::StateInfo& info : model->program().states().list())
    result.states.emplace_back(info.name, model->session().state(info.name));
  const backends::Plan& plan = model->training_plan();
  CHECK(graph::overlap(plan.graph, plan.needs, plan.memory) == "");
  result.arena = plan.memory.arena_bytes;
  result.kernels = plan.repeated.kernels;
  return result;
}

void check_same(const Trained& plain, const Trained& again) {
  REQUIRE(plain.states.size() == again.states.size());
  for (size_t i = 0; i < plain.states.size(); ++i) {
    INFO(plain.states[i].first);
    CHECK(plain.states[i] == again.states[i]);
  }
}

}  // namespace

TEST_CASE("recomputation changes no bit and lowers the peak") {
  for (const Subject& subject : subjects()) {
    for (const std::string accumulation : {"1", "2"}) {
      const std::string key = "train.gradient_accumulation=" + accumulation;
      const Trained plain = trained(subject, {key});
      const Trained automatic = trained(subject, {key, R"(train.recompute="auto")"});
      const Trained named = trained(subject, {key, "train.recompute=" + subject.named});
      INFO(subject.recipe << ", accumulation " << accumulation << ": arena " << plain.arena << ", auto "
                          << automatic.arena << ", named " << named.arena);
      CHECK(plain.kernels == 0);
      CHECK(named.kernels > 0);
      CHECK((automatic.kernels > 0) == subject.gains);
      CHECK((automatic.arena < plain.arena) == subject.gains);
      check_same(plain, automatic);
      check_same(plain, named);
    }
  }
}

TEST_CASE("blocks of a residual network keep what they hand on, and the peak falls by a third") {
  const Subject resnet = {"benchmarks/resnet20.toml", {"data.samples=128", "train.batch_size=64"}, ""};
  const Trained plain = trained(resnet, {});
  const Trained blocks = trained(resnet, {R"(train.recompute=["residual*", "widening*"])"});
  INFO("arena " << plain.arena << ", with blocks computed again " << blocks.arena);
  CHECK(blocks.arena < plain.arena * 2 / 3);
}

TEST_CASE("layers of which nothing can be computed again are named with the reason") {
  const Subject cnn = {"benchmarks/cnn.toml", {"data.samples=64", "train.batch_size=32"}, ""};
  const auto warnings_of = [&](const std::vector<std::string>& more) {
    std::vector<std::string> changes = cnn.shortened;
    changes.insert(changes.end(), more.begin(), more.end());
    const models::Spec spec = spec_of(source_path("recipes/" + cnn.recipe), changes);
    const auto data = data_of(spec);
    const auto model = model_of(spec, *data, "cpu");
    model->prepare_training(32);
    Diagnostics warnings;
    training::warn_of_recompute(spec, model->training_plan(), warnings);
    std::string text;
    for (const Diagnostic& warning : warnings.list()) text += warning.who + ": " + warning.what + "\n";
    return text;
  };
  CHECK(warnings_of({}) == "");
  CHECK(warnings_of({R"(train.recompute="conv2d_1")"}).starts_with("layer \"conv2d_1\" (Conv2D): "));
  const std::string flat = warnings_of({R"(train.recompute="flatten")"});
  INFO(flat);
  CHECK(flat.starts_with("layer \"flatten\" (Flatten): recompute has no effect here: "));
  const std::string frozen = warnings_of({R"(train.recompute="conv2d")", R"(train.freeze="conv2d")"});
  INFO(frozen);
  CHECK(frozen.starts_with("layer \"conv2d\" (Conv2D): recompute has no effect here: it is frozen"));
}

}  // namespace dltrain::test
