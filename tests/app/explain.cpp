// Golden files of `dltrain explain`: what becomes of the shipped recipes at each stage, so that a change of the program
// shows what it does to real models. Plans only on the reference backend: elsewhere they depend on the processor.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "core/files.h"
#include "tests/app/process.h"
#include "tests/support/golden.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

std::string explained(const std::string& recipe, std::vector<std::string> more) {
  const TemporaryFolder folder;
  std::vector<std::string> words = {"explain", source_path("recipes/" + recipe + ".toml"), "--stage"};
  words.insert(words.end(), more.begin(), more.end());
  const Ended ended = dltrain_in(folder.path(), words);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return ended.out;
}

}  // namespace

TEST_CASE("recipes are explained as kept") {
  const std::string recipe = GENERATE("digits", "digits_cnn", "iris");
  for (const std::string stage : {"spec", "graph", "train"})
    check_golden("explain/" + recipe + "." + stage + ".txt", explained(recipe, {stage}));
  check_golden("explain/" + recipe + ".plan.txt", explained(recipe, {"plan", "--device", "reference"}));
}

TEST_CASE("recipes whose data is not shipped, or whose model is long, have golden specs") {
  const std::string recipe = GENERATE("mnist_mlp", "mnist_cnn", "housing", "digits_resnet");
  check_golden("explain/" + recipe + ".spec.txt", explained(recipe, {"spec"}));
}

TEST_CASE("benchmark models have golden graphs and plans") {
  for (const std::string& file : list_directory(source_path("recipes/benchmarks"), ExitCode::io)) {
    const std::string recipe = "benchmarks/" + file.substr(0, file.size() - 5);
    check_golden("explain/" + recipe + ".graph.txt", explained(recipe, {"graph"}));
    check_golden("explain/" + recipe + ".plan.txt", explained(recipe, {"plan", "--device", "reference"}));
  }
}

}  // namespace dltrain::test
