// class_weight = "balanced" against the same weights written out.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"

using namespace dltrain;

TEST_CASE("balanced class weights are samples / (classes x samples of the class)") {
  test::TemporaryFolder folder;
  std::string rows = "x,y,kind\n";
  for (int i = 0; i < 40; ++i) {
    rows += std::to_string(i % 7) + "," + std::to_string(i % 3) + "," + (i < 30 ? "common" : "rare") + "\n";
  }
  write_file_durably(folder.file("data.csv"), rows);
  write_file_durably(folder.file("recipe.toml"), R"(
[data]
type = "csv"
file = "data.csv"
target = "kind"
[model]
layers = [{ type = "Dense", units = 2, activation = "softmax" }]
[train]
epochs = 1
batch_size = 8
loss = "sparse_categorical_crossentropy"
)");
  const auto losses = [&](const std::vector<std::string>& changes) {
    const models::Spec spec = test::spec_of(folder.file("recipe.toml"), changes);
    const auto data = test::data_of(spec);
    return test::fit(*test::model_of(spec, *data, "cpu"), *data).losses;
  };
  const std::vector<double> balanced = losses({"train.class_weight=\"balanced\""});
  CHECK(balanced == losses({"train.class_weight={ common = \"40/60\", rare = 2 }"}));
  CHECK(balanced != losses({}));
}

TEST_CASE("the signature says what the training part's values show") {
  test::TemporaryFolder folder;
  write_file_durably(folder.file("data.csv"), "x,kind\n-3,a\n250,b\n7,b\n");
  write_file_durably(folder.file("recipe.toml"), R"(
[data]
type = "csv"
file = "data.csv"
target = "kind"
[model]
layers = [{ type = "Dense", units = 2, activation = "softmax" }]
[train]
loss = "sparse_categorical_crossentropy"
)");
  const auto data = test::data_of(test::spec_of(folder.file("recipe.toml")));
  REQUIRE(data->signature().inputs[0].range);
  CHECK(data->signature().inputs[0].range->least == -3);
  CHECK(data->signature().inputs[0].range->greatest == 250);
  CHECK(data->signature().targets[0].class_counts == std::vector<int64_t>{1, 2});
  CHECK_FALSE(data->signature().targets[0].range);
}
