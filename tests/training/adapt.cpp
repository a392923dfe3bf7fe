// Layers that learn from the data before training.
#include <cmath>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/files.h"
#include "tests/training/experiment.h"

namespace dltrain::test {

namespace {

std::vector<float> state(const training::Model& model, const std::string& name) {
  const Array values = model.session().state(name);
  return {values.as<float>().begin(), values.as<float>().end()};
}

}  // namespace

TEST_CASE("Normalization learns mean and variance of numbers, and leaves columns of categories as they are") {
  const TemporaryFolder folder;
  write(folder, "data.csv", "size,kind,price\n1,b,10\n2,a,20\n3,b,30\n6,c,40\n");
  write(folder, "recipe.toml", R"([data]
type = "csv"
file = "data.csv"
target = "price"
categorical = "kind"
[model]
layers = ["Normalization", { type = "Dense", units = 1 }]
[train]
batch_size = 3
loss = "mse"
)");
  const models::Spec spec = spec_of(folder.path() + "/recipe.toml");
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, "reference");
  CHECK(state(*model, "normalization/mean") == std::vector<float>{3, 0, 0, 0});
  CHECK(state(*model, "normalization/variance") == std::vector<float>{3.5F, 1, 1, 1});
  datasets::Batch batch;
  const std::vector<int64_t> rows = {0, 1};
  data->read(datasets::Part::train, rows, batch);
  batch.inputs[0] = model->input_of_layer("dense", batch);
  const std::span<const float> seen = batch.inputs[0].as<float>();
  const auto size = [](float raw) { return (raw - 3) / std::sqrt(3.5F); };
  const std::vector<float> expected = {size(1), 0, 1, 0, size(2), 1, 0, 0};
  REQUIRE(seen.size() == expected.size());
  for (size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == Catch::Approx(expected[i]));
}

}  // namespace dltrain::test
