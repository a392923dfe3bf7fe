// recipes/ as tests: each trains, and those that use shipped data reach what they promise. Recipes whose data is not
// shipped run shortened where $DLTRAIN_DATA has it.
#include <cmath>
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "core/checked.h"
#include "core/files.h"
#include "core/setting.h"
#include "core/text.h"
#include "datasets/split.h"
#include "formats/json/json.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

std::string recipe(const std::string& name) { return source_path("recipes/" + name + ".toml"); }

// The value after "NAME " at the start of a line of what fit printed.
double printed(const std::string& text, const std::string& name) {
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  FAIL("no line \"" << name << " ...\" in\n" << text);
  return 0;
}

// No false alarm, in no run of these tests.
void check_no_hints(const TemporaryFolder& folder) {
  const std::string path = folder.file("run/hints.jsonl");
  INFO((exists(path) ? read_text(path, ExitCode::io) : ""));
  CHECK(!exists(path));
}

Ended fit(const TemporaryFolder& folder, const std::string& name, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"fit", recipe(name), "--quiet", "--run", "run"};
  words.insert(words.end(), more.begin(), more.end());
  Ended ended = dltrain_in(folder.path(), words);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  check_no_hints(folder);
  return ended;
}

// The data of recipes that do not bring it: the process gets it under another name (process.cpp).
Ended fit_with_data(const TemporaryFolder& folder, const std::string& name, const std::string& more) {
  Ended ended =
      shell_in(folder.path(), "DLTRAIN_DATA=\"$TEST_DATA\" dltrain fit " + recipe(name) + " --quiet --run run " + more);
  check_no_hints(folder);
  return ended;
}

void need_data(const std::string& file) {
  const char* data = std::getenv("DLTRAIN_DATA");
  if (data == nullptr) SKIP("$DLTRAIN_DATA is not set");
  if (!exists(join_path(data, file))) SKIP("$DLTRAIN_DATA has no " << file);
}

// The squared error, over the houses that recipes/housing.toml tests on, of always saying the mean price of the others.
double squared_error_of_mean_price() {
  std::vector<double> prices;
  const std::string file = join_path(std::getenv("DLTRAIN_DATA"), "tabular/housing.csv");
  for (const std::string& line : split(read_text(file, ExitCode::io), '\n')) {
    if (!line.empty()) prices.push_back(std::stod(line.substr(line.find_last_of(", ") + 1)));
  }
  const datasets::Division parts =
      datasets::divide(static_cast<int64_t>(prices.size()), {}, {.test = {{0.2, SplitBy::random, 0}}}, 0);
  double mean = 0;
  for (const int64_t row : parts.train) mean += prices[to_size(row)] / static_cast<double>(parts.train.size());
  double error = 0;
  for (const int64_t row : parts.test) {
    error += std::pow(prices[to_size(row)] - mean, 2) / static_cast<double>(parts.test.size());
  }
  return error;
}

// history.csv without its column of seconds.
std::string history_without_time(const std::string& path) {
  std::string text;
  for (const std::string& line : split(read_text(path, ExitCode::io), '\n')) {
    std::vector<std::string> cells = split(line, ',');
    if (cells.size() > 3) cells.erase(cells.begin() + 3);
    text += join(cells, ",") + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("every recipe is known to these tests") {
  CHECK(list_directory(source_path("recipes"), ExitCode::io) ==
        std::vector<std::string>{"benchmarks", "digits.toml", "digits_cnn.toml", "digits_resnet.toml", "housing.toml",
                                 "iris.toml", "mnist_cnn.toml", "mnist_mlp.toml"});
}

TEST_CASE("digits reaches 94 %") {
  const TemporaryFolder folder;
  CHECK(printed(fit(folder, "digits").out, "test_accuracy") >= 0.94);
}

TEST_CASE("digits_cnn reaches 97.5 %") {
  const TemporaryFolder folder;
  CHECK(printed(fit(folder, "digits_cnn").out, "test_accuracy") >= 0.975);
}

TEST_CASE("digits_resnet reaches 97.5 %") {
  const TemporaryFolder folder;
  CHECK(printed(fit(folder, "digits_resnet").out, "test_accuracy") >= 0.975);
}

TEST_CASE("iris reaches 90 %") {
  const TemporaryFolder folder;
  CHECK(printed(fit(folder, "iris").out, "test_accuracy") > 0.9);
}

TEST_CASE("mnist_mlp reaches 95 % in one epoch") {
  need_data("mnist");
  const TemporaryFolder folder;
  const Ended ended = fit_with_data(folder, "mnist_mlp", "--epochs 1");
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(printed(ended.out, "test_accuracy") >= 0.95);
}

TEST_CASE("mnist_cnn reaches 96.5 % in one epoch") {
  need_data("mnist");
  const TemporaryFolder folder;
  const Ended ended = fit_with_data(folder, "mnist_cnn", "--epochs 1");
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(printed(ended.out, "test_accuracy") >= 0.965);
}

// Both squared errors are taken over the same 101 houses, which the recipe keeps for every seed.
TEST_CASE("housing beats the mean of the prices five times in squared error, as the mean of five seeds") {
  need_data("tabular/housing.csv");
  double error = 0;
  for (int seed = 0; seed < 5; ++seed) {
    const TemporaryFolder folder;
    const Ended ended = fit_with_data(folder, "housing", "--seed " + std::to_string(seed));
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    const double root = printed(ended.out, "test_root_mean_squared_error");
    error += root * root / 5;
  }
  CHECK(error < squared_error_of_mean_price() / 5);
}

TEST_CASE("recipes give no hints, whatever the seed") {
  const std::string seed = GENERATE("1", "2", "3", "4", "5");
  for (const std::string name : {"digits", "iris"}) {
    const TemporaryFolder folder;
    INFO(name << " with seed " << seed);
    fit(folder, name, {"--seed", seed});
  }
  const TemporaryFolder folder;
  fit(folder, "digits_cnn", {"--seed", seed, "--epochs", "3"});
}

TEST_CASE("benchmark models give no hints") {
  for (const std::string name : {"benchmarks/tabular", "benchmarks/mlp", "benchmarks/cnn"}) {
    const TemporaryFolder folder;
    INFO(name);
    fit(folder, name);
  }
}

TEST_CASE("housing gives no hints, whatever the seed") {
  need_data("tabular/housing.csv");
  const TemporaryFolder folder;
  const Ended ended = fit_with_data(folder, "housing", GENERATE("--seed 1", "--seed 2", "--seed 3"));
  INFO(ended.err);
  CHECK(ended.code == 0);
}

TEST_CASE("the same seed gives the same bytes") {
  const TemporaryFolder first;
  const TemporaryFolder second;
  const TemporaryFolder other;
  const std::string name = GENERATE("digits", "digits_cnn", "iris");
  fit(first, name, {"--epochs", "2"});
  fit(second, name, {"--epochs", "2"});
  fit(other, name, {"--epochs", "2", "--seed", "1"});
  const auto weights = [](const TemporaryFolder& folder) {
    return read_text(folder.file("run/model/model.weights.h5"), ExitCode::io);
  };
  CHECK((weights(first) == weights(second)));
  CHECK((weights(first) != weights(other)));
  CHECK(history_without_time(first.file("run/history.csv")) == history_without_time(second.file("run/history.csv")));
}

TEST_CASE("evaluate finds the numbers that fit printed") {
  const std::string name = GENERATE("digits", "digits_cnn", "iris");
  const TemporaryFolder folder;
  const Ended fitted = fit(folder, name, {"--epochs", "2"});
  const Ended evaluated = dltrain_in(folder.path(), {"--json", "evaluate", "run"});
  REQUIRE(evaluated.code == 0);
  write_file_durably(folder.file("results.json"), evaluated.out);
  const Setting results = formats::read_json(folder.file("results.json"), ExitCode::io);
  for (const std::string value : {"loss", "accuracy"}) {
    CHECK(*results.table()->at("values").table()->at(value).real() == printed(fitted.out, "test_" + value));
  }
}

}  // namespace dltrain::test
