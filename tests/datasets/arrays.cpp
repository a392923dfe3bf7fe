// The sources npz, npy, idx and synthetic.
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "formats/npy/npy.h"
#include "formats/npy/npz.h"
#include "tests/datasets/support.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using namespace dltrain::datasets;
using formats::NamedArray;
using test::open;
using test::read_all;
using test::table;

namespace {

template <class T> Array array(Shape shape, std::vector<T> values) {
  Array result(dtype_for<T>(), std::move(shape));
  std::ranges::copy(values, result.as<T>().begin());
  return result;
}

std::string idx(unsigned type, std::initializer_list<unsigned> sizes, const std::string& data) {
  std::string text = {'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const unsigned size : sizes) text += {'\0', '\0', static_cast<char>(size >> 8), static_cast<char>(size)};
  return text + data;
}

std::vector<int32_t> numbers(const Array& values) { return {values.as<int32_t>().begin(), values.as<int32_t>().end()}; }
std::vector<float> floats(const Array& values) { return {values.as<float>().begin(), values.as<float>().end()}; }

}  // namespace

TEST_CASE("NPZ: x and y, integers are classes") {
  const test::TemporaryFolder folder;
  formats::write_npz(folder.file("d.npz"),
                     std::vector<NamedArray>{{"x", array<double>(Shape{3, 2}, {1, 2, 3, 4, 5, 6})},
                                             {"y", array<int64_t>(Shape{3, 1}, {0, 2, 0})},
                                             {"w", array<float>(Shape{3}, {1, 0, 2})}});
  const auto opened = open(table({{"type", "npz"}, {"file", folder.file("d.npz")}, {"weight", "w"}}));
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0]) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(opened.data->signature().targets[0].classes == 3);
  CHECK(batch.targets[0].shape == Shape{3});
  CHECK(numbers(batch.targets[0]) == std::vector<int32_t>{0, 2, 0});
  CHECK(floats(*batch.weights) == std::vector<float>{1, 0, 2});
  REQUIRE(opened.warnings.list().size() == 1);
  CHECK(opened.warnings.list()[0].what == "the training part has no sample of class 1");
  const auto regression = open(table({{"type", "npz"}, {"file", folder.file("d.npz")}}), TargetKind::numbers);
  CHECK(floats(read_all(*regression.data, Part::train).targets[0]) == std::vector<float>{0, 2, 0});
}

TEST_CASE("NPZ: the range of an input is known, also of whole numbers") {
  const test::TemporaryFolder folder;
  for (const Array& x : {array<int64_t>(Shape{2, 2}, {0, 255, 3, -4}), array<float>(Shape{2, 2}, {0, 255, 3, -4})}) {
    formats::write_npz(folder.file("d.npz"),
                       std::vector<NamedArray>{{"x", x}, {"y", array<int64_t>(Shape{2}, {0, 1})}});
    const auto opened = open(table({{"type", "npz"}, {"file", folder.file("d.npz")}}));
    const auto range = opened.data->signature().inputs[0].range;
    REQUIRE(range.has_value());
    CHECK(range->least == -4);
    CHECK(range->greatest == 255);
  }
}

TEST_CASE("NPZ: several inputs and outputs meet the model by name") {
  const test::TemporaryFolder folder;
  formats::write_npz(folder.file("d.npz"),
                     std::vector<NamedArray>{{"image", array<uint8_t>(Shape{2, 1, 2}, {0, 255, 51, 0})},
                                             {"tokens", array<int64_t>(Shape{2, 3}, {1, 2, 3, 4, 5, 6})},
                                             {"prices", array<float>(Shape{2}, {1.5, 2.5})},
                                             {"kind", array<int32_t>(Shape{2}, {1, 0})}});
  DataRequest request =
      test::request_for(table({{"type", "npz"}, {"file", folder.file("d.npz")}, {"y", table({{"price", "prices"}})}}));
  request.input_names = {"tokens", "image"};
  request.targets = {{"price", TargetKind::numbers}, {"kind", TargetKind::classes}};
  const auto opened = open(request);
  const DataSignature& signature = opened.data->signature();
  CHECK(signature.inputs[0].dtype == DType::i32);
  CHECK(signature.inputs[1].dtype == DType::f32);
  CHECK(signature.targets[0].shape == Shape{1});
  CHECK(signature.targets[1].classes == 2);
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(numbers(batch.inputs[0]) == std::vector<int32_t>{1, 2, 3, 4, 5, 6});
  CHECK(floats(batch.inputs[1]) == std::vector<float>{0, 255 * (1 / 255.F), 51 * (1 / 255.F), 0});
}

TEST_CASE("NPY: one-hot targets stay numbers, masks of classes keep their shape") {
  const test::TemporaryFolder folder;
  formats::write_npy(folder.file("x.npy"), array<float>(Shape{2, 2}, {1, 2, 3, 4}));
  formats::write_npy(folder.file("hot.npy"), array<float>(Shape{2, 3}, {1, 0, 0, 0, 0, 1}));
  formats::write_npy(folder.file("mask.npy"), array<uint8_t>(Shape{2, 2, 2}, {0, 1, 2, 0, 0, 0, 1, 1}));
  const auto hot =
      open(table({{"type", "npy"}, {"x", folder.file("x.npy")}, {"y", folder.file("hot.npy")}}), TargetKind::classes);
  CHECK(hot.data->signature().targets[0].shape == Shape{3});
  CHECK_FALSE(hot.data->signature().targets[0].classes.has_value());
  const auto mask =
      open(table({{"type", "npy"}, {"x", folder.file("x.npy")}, {"y", folder.file("mask.npy")}}), TargetKind::classes);
  CHECK(mask.data->signature().targets[0].shape == Shape{2, 2});
  CHECK(mask.data->signature().targets[0].classes == 3);
  CHECK(mask.data->class_counts(Part::train).empty());
  const auto self = open(table({{"type", "npy"}, {"x", folder.file("x.npy")}, {"y", "input"}}));
  const Batch batch = read_all(*self.data, Part::train);
  CHECK(batch.targets[0] == batch.inputs[0]);
}

TEST_CASE("IDX: MNIST's four files in a folder") {
  const test::TemporaryFolder folder;
  test::write(folder, "train-images-idx3-ubyte", idx(8, {2, 2, 2}, std::string("\x00\xff\x33\x00\x01\x02\x03\x04", 8)));
  test::write(folder, "train-labels-idx1-ubyte", idx(8, {2}, std::string("\x01\x00", 2)));
  test::write(folder, "t10k-images-idx3-ubyte", idx(8, {1, 2, 2}, "abcd"));
  test::write(folder, "t10k-labels-idx1-ubyte", idx(8, {1}, "\x01"));
  const auto opened = open(table({{"type", "idx"}, {"directory", folder.path()}, {"classes", List{"no", "yes"}}}));
  CHECK(opened.data->signature().inputs[0].shape == Shape{2, 2, 1});
  CHECK(opened.data->signature().targets[0].class_names == std::vector<std::string>{"no", "yes"});
  CHECK(opened.data->size(Part::test) == 1);
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0])[1] == 255 * (1 / 255.F));
  CHECK(numbers(batch.targets[0]) == std::vector<int32_t>{1, 0});
  CHECK(opened.data->contract().inputs[0].preparation.scale == 1 / 255.0);
}

TEST_CASE("synthetic: the same for the same seed, and classes differ by their patterns") {
  const Table settings = table({{"type", "synthetic"},
                                {"shape", List{5}},
                                {"samples", 400},
                                {"test_samples", 50},
                                {"classes", 3},
                                {"noise", 0.1}});
  const auto opened = open(settings);
  const auto again = open(settings);
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(read_all(*again.data, Part::train).inputs[0] == batch.inputs[0]);
  DataRequest other = test::request_for(settings);
  other.seed = 2;
  CHECK_FALSE(read_all(*open(other).data, Part::train).inputs[0] == batch.inputs[0]);
  CHECK(opened.data->size(Part::test) == 50);
  // Samples of a class lie within the noise (0.1) of each other.
  const Batch test_batch = read_all(*opened.data, Part::test);
  const auto labels = numbers(batch.targets[0]);
  const auto values = floats(batch.inputs[0]);
  for (int64_t i = 0; i < 50; ++i) {
    const auto label = numbers(test_batch.targets[0])[static_cast<size_t>(i)];
    const size_t same = static_cast<size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
    double distance = 0;
    for (size_t k = 0; k < 5; ++k)
      distance += std::abs(values[same * 5 + k] - floats(test_batch.inputs[0])[static_cast<size_t>(i) * 5 + k]);
    CHECK(distance / 5 < 0.35);
  }
}

TEST_CASE("synthetic regression: without noise the targets are a linear function") {
  const auto opened =
      open(table({{"type", "synthetic"}, {"task", "regression"}, {"shape", 2}, {"samples", 3}, {"noise", 0}}));
  const Batch batch = read_all(*opened.data, Part::train);
  const auto x = floats(batch.inputs[0]);
  const auto y = floats(batch.targets[0]);
  CHECK(batch.targets[0].shape == Shape{3, 1});
  // y = a x0 + b x1: solved from two samples, it predicts the third.
  const double det = x[0] * x[3] - x[1] * x[2];
  const double a = (y[0] * x[3] - x[1] * y[1]) / det, b = (x[0] * y[1] - y[0] * x[2]) / det;
  CHECK(std::abs(a * x[4] + b * x[5] - y[2]) < 1e-4);
}

TEST_CASE("synthetic: two classes are the signs of the sums") {
  const std::vector<std::pair<std::string, Setting>> settings = {
      {"type", "synthetic"}, {"shape", 6}, {"samples", 50}, {"noise", 0}};
  const auto opened_as = [&](const std::string& task) {
    auto with_task = settings;
    with_task.emplace_back("task", task);
    Table all;
    for (const auto& [key, value] : with_task) all.set(key, value);
    return read_all(*open(all).data, Part::train);
  };
  const Batch sums = opened_as("regression");
  const Batch signs = opened_as("two_classes");
  CHECK(sums.inputs[0] == signs.inputs[0]);
  REQUIRE(signs.targets[0].shape == Shape{50});
  for (size_t i = 0; i < 50; ++i) CHECK(numbers(signs.targets[0])[i] == (floats(sums.targets[0])[i] > 0 ? 1 : 0));
}

TEST_CASE("synthetic segmentation: the target is the sign of the first channel") {
  const auto opened = open(
      table({{"type", "synthetic"}, {"task", "segmentation"}, {"shape", List{3, 4, 2}}, {"samples", 5}, {"noise", 0}}));
  const Batch batch = read_all(*opened.data, Part::train);
  REQUIRE(batch.targets[0].shape == Shape{5, 3, 4, 1});
  for (size_t i = 0; i < 60; ++i) CHECK(floats(batch.targets[0])[i] == (floats(batch.inputs[0])[2 * i] > 0 ? 1 : 0));
}

TEST_CASE("synthetic texts: every class has its share of the vocabulary") {
  const auto opened = open(table({{"type", "synthetic"},
                                  {"task", "text_classification"},
                                  {"shape", 7},
                                  {"samples", 40},
                                  {"classes", 3},
                                  {"vocabulary", 10}}));
  const Batch batch = read_all(*opened.data, Part::train);
  REQUIRE(batch.inputs[0].shape == Shape{40, 7});
  REQUIRE(batch.inputs[0].dtype == DType::i32);
  for (size_t i = 0; i < 280; ++i) CHECK(numbers(batch.inputs[0])[i] / 3 == numbers(batch.targets[0])[i / 7]);
  CHECK(opened.data->signature().targets[0].classes == 3);
}

TEST_CASE("synthetic tokens: the target of each step is the next one") {
  const auto opened =
      open(table({{"type", "synthetic"}, {"task", "next_token"}, {"shape", 6}, {"samples", 4}, {"vocabulary", 65}}));
  const Batch batch = read_all(*opened.data, Part::train);
  REQUIRE(batch.targets[0].shape == Shape{4, 6});
  const auto x = numbers(batch.inputs[0]);
  const auto y = numbers(batch.targets[0]);
  for (size_t i = 0; i < 24; ++i) {
    CHECK(y[i] == (3 * x[i] + 1) % 65);
    if (i % 6 != 5) CHECK(x[i + 1] == y[i]);
  }
  CHECK(opened.data->signature().targets[0].classes == 65);
}

TEST_CASE("messages about arrays") {
  test::GoldenSections golden("datasets/arrays.txt");
  const test::TemporaryFolder folder;
  const float nan = std::nanf("");
  formats::write_npy(folder.file("x.npy"), array<float>(Shape{3, 2}, {1, 2, 3, 4, 5, 6}));
  formats::write_npy(folder.file("nan.npy"), array<float>(Shape{3, 2}, {1, 2, 3, nan, 5, 6}));
  formats::write_npy(folder.file("inf.npy"), array<double>(Shape{3}, {1, 2, -INFINITY}));
  formats::write_npy(folder.file("half.npy"), array<float>(Shape{3}, {0, 1.5, 2}));
  formats::write_npy(folder.file("negative.npy"), array<int32_t>(Shape{3}, {0, -1, 2}));
  formats::write_npy(folder.file("large.npy"), array<int64_t>(Shape{3}, {0, 1, 5'000'000'000}));
  formats::write_npy(folder.file("y.npy"), array<int32_t>(Shape{3}, {0, 1, 2}));
  formats::write_npy(folder.file("short.npy"), array<int32_t>(Shape{2}, {0, 1}));
  formats::write_npy(folder.file("scalar.npy"), array<float>(Shape{}, {1}));
  const auto add = [&](const std::string& title, const std::string& x, const std::string& y,
                       TargetKind kind = TargetKind::automatic,
                       std::vector<std::pair<std::string, Setting>> more = {}) {
    golden.add(title, test::message_of([&] {
                 Table settings = table({{"type", "npy"}, {"x", folder.file(x)}, {"y", folder.file(y)}});
                 for (const auto& [key, value] : more) settings.set(key, value);
                 open(settings, kind);
               }));
  };
  add("NaN in the samples", "nan.npy", "y.npy");
  add("infinity in the targets", "x.npy", "inf.npy");
  add("labels that are not whole", "x.npy", "half.npy", TargetKind::classes);
  add("negative labels", "x.npy", "negative.npy");
  add("labels that are surely none", "x.npy", "large.npy");
  add("tokens beyond 32 bits", "large.npy", "y.npy");
  add("another number of samples", "x.npy", "short.npy");
  add("a scalar", "scalar.npy", "y.npy");
  add("labels beyond the names", "x.npy", "y.npy", TargetKind::classes, {{"classes", List{"a", "b"}}});
  add("negative weights", "x.npy", "y.npy", TargetKind::automatic, {{"weight", folder.file("negative.npy")}});
  add("missing file", "x.npy", "z.npy");
  formats::write_npz(folder.file("d.npz"), std::vector<NamedArray>{{"images", array<float>(Shape{1}, {1})},
                                                                   {"y", array<float>(Shape{1}, {1})}});
  golden.add("no array x", test::message_of([&] { open(table({{"type", "npz"}, {"file", folder.file("d.npz")}})); }));
  test::write(folder, "images", idx(8, {2, 2, 2}, "abcdefgh"));
  test::write(folder, "labels", idx(8, {3}, "abc"));
  golden.add("IDX files that do not belong together", test::message_of([&] {
               open(table({{"type", "idx"}, {"images", folder.file("images")}, {"labels", folder.file("labels")}}));
             }));
  golden.add("IDX without labels",
             test::message_of([&] { open(table({{"type", "idx"}, {"images", folder.file("images")}})); }));
  golden.add("IDX with both forms", test::message_of([&] {
               open(table({{"type", "idx"}, {"images", folder.file("images")}, {"directory", folder.path()}}));
             }));
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}

TEST_CASE("messages about a test part of arrays") {
  test::GoldenSections golden("datasets/array_parts.txt");
  const test::TemporaryFolder folder;
  formats::write_npy(folder.file("x.npy"), array<float>(Shape{3, 2}, {1, 2, 3, 4, 5, 6}));
  formats::write_npy(folder.file("y.npy"), array<int32_t>(Shape{3}, {0, 1, 2}));
  formats::write_npy(folder.file("wide.npy"), array<float>(Shape{1, 3}, {1, 2, 3}));
  formats::write_npy(folder.file("one.npy"), array<float>(Shape{1, 2}, {1, 2}));
  formats::write_npy(folder.file("three.npy"), array<int32_t>(Shape{1}, {3}));
  formats::write_npy(folder.file("zero.npy"), array<int32_t>(Shape{1}, {0}));
  const auto add = [&](const std::string& title, const std::string& x, const std::string& y) {
    DataRequest request =
        test::request_for(table({{"type", "npy"}, {"x", folder.file("x.npy")}, {"y", folder.file("y.npy")}}));
    request.spec.test =
        PartSpec{.source = test::source(table({{"type", "npy"}, {"x", folder.file(x)}, {"y", folder.file(y)}}))};
    golden.add(title, test::message_of([&] { open(request); }));
  };
  add("another shape", "wide.npy", "zero.npy");
  add("a class that training does not have", "one.npy", "three.npy");
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}
