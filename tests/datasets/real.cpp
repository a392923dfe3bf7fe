// Real data sets, where $DLTRAIN_DATA has them; facts from their descriptions.
#include <cmath>
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/datasets/support.h"

using namespace dltrain;
using namespace dltrain::datasets;
using test::open;
using test::read_all;
using test::table;

namespace {

void need(const std::string& name) {
  const char* folder = std::getenv("DLTRAIN_DATA");
  if (folder == nullptr || !exists(join_path(folder, name))) SKIP("needs " << name << " in $DLTRAIN_DATA");
}

}  // namespace

TEST_CASE("MNIST from its IDX files") {
  need("mnist");
  const auto opened = open(table({{"type", "idx"}, {"directory", "mnist"}}));
  const Dataset& data = *opened.data;
  CHECK(data.size(Part::train) == 60000);
  CHECK(data.size(Part::test) == 10000);
  CHECK(data.signature().inputs[0].shape == Shape{28, 28, 1});
  CHECK(data.signature().targets[0].classes == 10);
  const Batch batch = read_all(data, Part::train);
  CHECK(std::vector<int32_t>(batch.targets[0].as<int32_t>().begin(), batch.targets[0].as<int32_t>().begin() + 10) ==
        std::vector<int32_t>{5, 0, 4, 1, 9, 2, 1, 3, 1, 4});
  double sum = 0, squares = 0;
  for (const float value : batch.inputs[0].as<float>()) {
    sum += value;
    squares += double{value} * value;
  }
  const double count = 60000.0 * 784;
  CHECK(std::abs(sum / count - 0.1307) < 1e-4);
  CHECK(std::abs(std::sqrt(squares / count - sum / count * (sum / count)) - 0.3081) < 1e-4);
}

TEST_CASE("Boston housing: 506 rows, 13 numbers, the price last") {
  need("tabular/housing.csv");
  DataRequest request = test::request_for(table({{"type", "csv"}, {"file", "tabular/housing.csv"}, {"target", -1}}));
  request.spec.test = PartSpec{.split = 0.2};
  const auto opened = open(request);
  CHECK(opened.data->signature().inputs[0].shape == Shape{13});
  CHECK(opened.data->size(Part::train) == 405);
  CHECK(opened.data->size(Part::test) == 101);
}

TEST_CASE("Adult: numbers of 32,561 rows, two classes") {
  need("tabular/adult-train.csv");
  const auto opened = open(table({{"type", "csv"},
                                  {"file", "tabular/adult-train.csv"},
                                  {"target", -1},
                                  {"categorical", List{1, 3, 5, 6, 7, 8, 9, 13}},
                                  {"on_missing", "category"}}));
  // 6 numbers; 8 work classes, 16 educations, 7 marital states, 14 occupations, 6 relationships, 5 races, 2 sexes and 41
  // countries as adult.names lists them, and "?" in three of these columns (but for a work class that nobody has).
  CHECK(opened.data->signature().inputs[0].shape == Shape{6 + 8 + 16 + 7 + 14 + 6 + 5 + 2 + 41 + 3});
  CHECK(opened.data->class_counts(Part::train)[0].counts == std::vector<int64_t>{24720, 7841});
}

TEST_CASE("CIFAR-10 as JPEG files") {
  need("cifar10/train");
  const auto opened = open(table({{"type", "images"}, {"directory", "cifar10"}}));
  CHECK(opened.data->size(Part::train) == 50000);
  CHECK(opened.data->size(Part::test) == 10000);
  CHECK(opened.data->signature().inputs[0].shape == Shape{32, 32, 3});
  const std::vector<ClassCounts> counts = opened.data->class_counts(Part::train);
  for (const int64_t count : counts[0].counts) CHECK(count == 5000);
}
