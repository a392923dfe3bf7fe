// The benchmark models of recipes/benchmarks: as many parameters as their definition says, and losses that fall.
#include <algorithm>
#include <numeric>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"

namespace dltrain::test {

namespace {

struct Benchmark {
  std::string name;
  int64_t parameters;  // trained ones
  int64_t buffers;     // moving averages
  // For a short run that learns: fewer and smaller samples, of the same model.
  std::vector<std::string> shortened;
};

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> list = {
      {"cnn", 34826, 0, {"data.samples=640", "train.batch_size=64"}},
      {"gru", 1355012, 0, {"data.samples=320", "data.vocabulary=400", "train.batch_size=16"}},
      {"lstm", 1379332, 0, {"data.samples=320", "data.vocabulary=400", "train.batch_size=16"}},
      {"mlp", 535818, 0, {"data.samples=640", "train.batch_size=64"}},
      {"mobilenet", 274250, 4480, {"data.samples=320", "train.batch_size=32"}},
      {"resnet20", 272474, 1568, {"data.samples=160", "train.batch_size=16"}},
      {"tabular", 8577, 0, {}},
      {"transformer", 826433, 0, {"data.samples=80", "train.batch_size=8"}},
      {"unet", 117041, 0, {"data.samples=40", "train.batch_size=4"}},
  };
  return list;
}

std::string path_of(const Benchmark& benchmark) {
  return source_path("recipes/benchmarks/" + benchmark.name + ".toml");
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("every benchmark model is known to these tests") {
  std::vector<std::string> files;
  for (const Benchmark& benchmark : benchmarks()) files.push_back(benchmark.name + ".toml");
  CHECK(list_directory(source_path("recipes/benchmarks"), ExitCode::io) == files);
}

TEST_CASE("benchmark models have the parameters that their definition says") {
  for (const Benchmark& benchmark : benchmarks()) {
    INFO(benchmark.name);
    const models::Spec spec = spec_of(path_of(benchmark), {"data.samples=32"});
    const auto data = data_of(spec);
    const auto model = model_of(spec, *data, "reference");
    int64_t parameters = 0;
    int64_t buffers = 0;
    for (const graph::StateInfo& state : model->program().states().list()) {
      if (state.role == graph::StateRole::weight) parameters += state.type.elements();
      if (state.role == graph::StateRole::buffer) buffers += state.type.elements();
    }
    CHECK(parameters == benchmark.parameters);
    CHECK(buffers == benchmark.buffers);
  }
}

TEST_CASE("benchmark models learn") {
  for (const Benchmark& benchmark : benchmarks()) {
    INFO(benchmark.name);
    models::Spec spec = spec_of(path_of(benchmark), benchmark.shortened);
    spec.run.log_every = 1;
    const auto data = data_of(spec);
    const auto model = model_of(spec, *data, "cpu");
    const std::vector<double> losses = fit(*model, *data).losses;
    REQUIRE(losses.size() >= 20);
    CHECK(mean(std::span(losses).last(3)) < 0.9 * mean(std::span(losses).first(3)));
  }
}

}  // namespace dltrain::test
