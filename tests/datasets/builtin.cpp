// The shipped sets: counts and sums stated by UCI's description of optdigits and by the files themselves (awk).
#include <catch2/catch_test_macros.hpp>

#include "tests/datasets/support.h"

using namespace dltrain;
using namespace dltrain::datasets;
using test::open;
using test::read_all;
using test::table;

TEST_CASE("digits: shapes, counts, and the first samples") {
  const auto opened = open(table({{"type", "digits"}}));
  const Dataset& data = *opened.data;
  const DataSignature& signature = data.signature();
  REQUIRE(signature.inputs.size() == 1);
  CHECK(signature.inputs[0].name == "input");
  CHECK(signature.inputs[0].shape == Shape{8, 8, 1});
  CHECK(signature.inputs[0].dtype == DType::f32);
  CHECK(signature.targets[0].classes == 10);
  CHECK(signature.targets[0].shape == Shape{});
  CHECK(data.size(Part::train) == 3823);
  CHECK(data.size(Part::test) == 1797);
  CHECK(data.size(Part::validation) == 0);
  // Class distribution from optdigits.names.
  CHECK(data.class_counts(Part::train)[0].counts ==
        std::vector<int64_t>{376, 389, 380, 389, 387, 376, 377, 387, 380, 382});
  CHECK(data.class_counts(Part::test)[0].counts ==
        std::vector<int64_t>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
  const Batch batch = read_all(data, Part::train);
  // The first row begins 0,1,6,15,12,1,0,0 and ends in its digit, 0; the 3823rd is a 7.
  const std::vector<float> first(batch.inputs[0].as<float>().begin(), batch.inputs[0].as<float>().begin() + 8);
  CHECK(first == std::vector<float>{0, 1 / 16.F, 6 / 16.F, 15 / 16.F, 12 / 16.F, 1 / 16.F, 0, 0});
  CHECK(batch.targets[0].as<int32_t>()[0] == 0);
  CHECK(batch.targets[0].as<int32_t>()[3822] == 7);
  CHECK(opened.warnings.list().empty());
}

TEST_CASE("digits: a validation share leaves the shipped test part alone") {
  DataRequest request = test::request_for(table({{"type", "digits"}}));
  request.spec.validation = PartSpec{.split = 0.1};
  const auto opened = open(request);
  CHECK(opened.data->size(Part::train) == 3441);
  CHECK(opened.data->size(Part::validation) == 382);
  CHECK(opened.data->size(Part::test) == 1797);
  const std::vector<ClassCounts> counts = opened.data->class_counts(Part::validation);
  for (const int64_t count : counts[0].counts) CHECK((count == 37 || count == 38 || count == 39));
}

TEST_CASE("iris: names of the classes, stratified parts") {
  DataRequest request = test::request_for(table({{"type", "iris"}}));
  request.spec.test = PartSpec{.split = 0.2};
  const auto opened = open(request);
  CHECK(opened.data->signature().inputs[0].shape == Shape{4});
  CHECK(opened.data->signature().targets[0].class_names ==
        std::vector<std::string>{"Iris-setosa", "Iris-versicolor", "Iris-virginica"});
  CHECK(opened.data->class_counts(Part::test)[0].counts == std::vector<int64_t>{10, 10, 10});
  CHECK(opened.data->class_counts(Part::train)[0].counts == std::vector<int64_t>{40, 40, 40});
}

TEST_CASE("iris split by time: the parts hold other classes, and a warning says so") {
  DataRequest request = test::request_for(table({{"type", "iris"}}));
  request.spec.validation = PartSpec{.split = 0.3, .how = SplitBy::time};
  const auto opened = open(request);
  REQUIRE(opened.warnings.list().size() == 1);
  CHECK(opened.warnings.list()[0].what ==
        "the validation part has no sample of classes \"Iris-setosa\", \"Iris-versicolor\"");
}
