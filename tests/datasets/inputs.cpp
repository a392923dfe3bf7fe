// Inputs for predictions: what a trained model takes, from files of all kinds.
#include <chrono>
#include <cmath>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "datasets/input_stream.h"
#include "formats/npy/npy.h"
#include "formats/npy/npz.h"
#include "tests/datasets/support.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using namespace dltrain::datasets;

namespace {

InputContract input(const std::string& name, Shape shape, DType dtype = DType::f32) {
  InputContract contract;
  contract.field.name = name;
  contract.field.shape = std::move(shape);
  contract.field.dtype = dtype;
  return contract;
}

DataContract only(InputContract contract) { return {{std::move(contract)}, {}}; }

// All values of the first input, read in batches of `count`.
std::vector<float> read(const std::string& path, const DataContract& contract, int64_t count = 2) {
  const auto stream = open_inputs(path, contract);
  std::vector<float> values;
  Batch batch;
  int64_t rows = 0;
  while (stream->next(count, batch)) {
    for (const int64_t row : batch.rows) CHECK(row == rows++);
    CHECK(batch.inputs[0].shape == Shape{batch.size}.concat(contract.inputs[0].field.shape));
    const auto floats = batch.inputs[0].as<float>();
    values.insert(values.end(), floats.begin(), floats.end());
  }
  return values;
}

InputContract flower() {
  InputContract contract = input("input", Shape{2});
  contract.preparation.columns = {"length", "width"};
  contract.preparation.missing = {"", "?"};
  contract.preparation.fill = {2.5, std::nan("")};
  return contract;
}

}  // namespace

TEST_CASE("predict: CSV columns by name, in any order, with fill values of the training") {
  const test::TemporaryFolder folder;
  CHECK(read(test::write(folder, "a.csv", "id,width,length\n7,1,2\n8,3,?\n9,5,6\n"), only(flower())) ==
        std::vector<float>{2, 1, 2.5F, 3, 6, 5});
  CHECK(read(test::write(folder, "b.csv", "1,2\n3,4\n"), only(flower())) == std::vector<float>{1, 2, 3, 4});
  InputContract numbered = input("input", Shape{2});
  numbered.preparation.columns = {"0", "2"};
  CHECK(read(test::write(folder, "c.csv", "1,9,2,0\n3,9,4,1\n"), only(numbered)) == std::vector<float>{1, 2, 3, 4});
  CHECK(read(test::write(folder, "d.csv", "1,2\n"), only(numbered)) == std::vector<float>{1, 2});
  InputContract image = input("input", Shape{1, 2, 1});
  image.preparation.scale = 0.5;
  CHECK(read(test::write(folder, "e.csv", "1,2\n3,4\n"), only(image)) == std::vector<float>{0.5F, 1, 1.5F, 2});
}

TEST_CASE("predict: NPY and IDX by their contents, scaled as in training") {
  const test::TemporaryFolder folder;
  InputContract image = input("input", Shape{1, 2, 1});
  image.preparation.scale = 1 / 255.0;
  Array pixels(DType::u8, Shape{3, 1, 2});
  for (int64_t i = 0; i < 6; ++i) set_element(pixels, i, static_cast<double>(i));
  formats::write_npy(folder.file("x.data"), pixels);
  const float f = 1 / 255.F;
  CHECK(read(folder.file("x.data"), only(image)) == std::vector<float>{0, f, 2 * f, 3 * f, 4 * f, 5 * f});
  const std::string idx =
      test::write(folder, "x.idx", std::string("\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x02\x01\x02", 18));
  CHECK(read(idx, only(image)) == std::vector<float>{f, 2 * f});
}

TEST_CASE("predict: NPZ arrays by the names of the inputs") {
  const test::TemporaryFolder folder;
  Array x(DType::f32, Shape{3, 2}), t(DType::i64, Shape{3, 1});
  for (int64_t i = 0; i < 6; ++i) set_element(x, i, static_cast<double>(i));
  set_element(t, 2, 7);
  formats::write_npz(folder.file("two.npz"), std::vector<formats::NamedArray>{{"x", x}, {"t", t}});
  const DataContract contract{{input("t", Shape{1}, DType::i32), input("x", Shape{2})}, {}};
  const auto stream = open_inputs(folder.file("two.npz"), contract);
  Batch batch;
  REQUIRE(stream->next(100, batch));
  CHECK(batch.size == 3);
  CHECK(batch.inputs[0].as<int32_t>()[2] == 7);
  CHECK(batch.inputs[1].as<float>()[5] == 5);
  CHECK_FALSE(stream->next(100, batch));
  CHECK(read(folder.file("two.npz"), only(input("input", Shape{2}))).size() == 6);  // "x"
}

TEST_CASE("predict: an image, or a folder of images with their names") {
  const test::TemporaryFolder folder;
  const std::vector<std::byte> grey = read_file(test::fixture_path("formats/images/grey.png"), ExitCode::data);
  test::write(folder, "b/2.png", grey);
  test::write(folder, "a.png", grey);
  const DataContract contract = only(input("input", Shape{13, 17, 1}));
  const auto stream = open_inputs(folder.path(), contract);
  Batch batch;
  REQUIRE(stream->next(10, batch));
  CHECK(stream->names() == std::vector<std::string>{"a.png", "b/2.png"});
  CHECK(batch.inputs[0].as<float>()[0] == 40);
  CHECK_FALSE(stream->next(10, batch));
  const std::vector<float> small = read(folder.file("a.png"), only(input("input", Shape{4, 5, 3})));
  CHECK(small.size() == 60);
}

TEST_CASE("messages about inputs for predictions") {
  const test::TemporaryFolder folder;
  test::GoldenSections golden("datasets/inputs.txt");
  const auto add = [&](const std::string& title, const std::string& path, const DataContract& contract) {
    golden.add(title, test::message_of([&] { read(path, contract); }));
  };
  add("missing", folder.file("nowhere.csv"), only(flower()));
  add("empty", test::write(folder, "empty.csv", ""), only(flower()));
  add("column missing", test::write(folder, "column.csv", "length,breadth\n1,2\n"), only(flower()));
  add("too many columns", test::write(folder, "many.csv", "1,2,3\n"), only(flower()));
  add("value missing", test::write(folder, "value.csv", "length,width\n1,2\n3,?\n"), only(flower()));
  add("not a number", test::write(folder, "text.csv", "length,width\n1,x\n"), only(flower()));
  add("ragged", test::write(folder, "ragged.csv", "length,width\n1,2\n1\n"), only(flower()));
  Array x(DType::f32, Shape{3, 2});
  formats::write_npy(folder.file("x.npy"), x);
  add("shape", folder.file("x.npy"), only(input("input", Shape{3})));
  add("a single sample", folder.file("x.npy"), only(input("input", Shape{3, 2})));
  add("real numbers for tokens", folder.file("x.npy"), only(input("t", Shape{2}, DType::i32)));
  add("one array for two inputs", folder.file("x.npy"), {{input("a", Shape{2}), input("b", Shape{2})}, {}});
  x.as<float>()[5] = std::nanf("");
  formats::write_npy(folder.file("nan.npy"), x);
  add("NaN", folder.file("nan.npy"), only(input("input", Shape{2})));
  formats::write_npz(folder.file("x.npz"), std::vector<formats::NamedArray>{{"a", x}, {"b", x}});
  add("array missing", folder.file("x.npz"), {{input("a", Shape{2}), input("c", Shape{2})}, {}});
  const std::vector<std::byte> grey = read_file(test::fixture_path("formats/images/grey.png"), ExitCode::data);
  add("an image for a table", test::write(folder, "a.png", grey), only(flower()));
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}

TEST_CASE("predict: integers of a table stay integers, and other numbers are refused where they stand") {
  const test::TemporaryFolder folder;
  const DataContract tokens = only(input("words", Shape{2}, DType::i32));
  Batch batch;
  CHECK(open_inputs(test::write(folder, "a.csv", "16777217,2\n3,-4\n"), tokens)->next(8, batch));
  const auto words = batch.inputs.at(0).as<int32_t>();
  CHECK(std::vector<int32_t>(words.begin(), words.end()) == std::vector<int32_t>{16777217, 2, 3, -4});
  for (const std::string bad : {"7.5", "4294967296", "word"}) {
    const std::string path = test::write(folder, "bad.csv", "1,2\n3," + bad + "\n");
    CHECK(test::message_of([&] { open_inputs(path, tokens)->next(8, batch); }) ==
          "error[E1206]: " + path + ":2:3: column 1: \"" + bad +
              "\" is not an integer, and the model's input \"words\" takes integers\n");
  }
}

namespace {

// Samples that count up; an error instead of batch `broken`; slower than the consumer.
class Counting : public InputStream {
 public:
  Counting(int64_t batches, int64_t broken) : batches_(batches), broken_(broken) {}
  bool next(int64_t count, Batch& batch) override {
    if (number_ == broken_) throw UserError(ExitCode::data, "bad-cell", "sample 6", "is broken");
    if (number_ == batches_) return false;
    batch.size = count;
    batch.rows.assign(1, number_);
    names_ = {"name " + std::to_string(number_)};
    ++number_;
    return true;
  }

 private:
  int64_t batches_, broken_;
  int64_t number_ = 0;
};

bool never() { return false; }
bool at_once() { return true; }

// A pipe in which nothing ever comes.
class Silent : public InputStream {
 public:
  bool next(int64_t, Batch&) override {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
};

}  // namespace

TEST_CASE("predict: reading ahead keeps order, names and the place of an error") {
  for (const int64_t broken : {int64_t{-1}, int64_t{7}}) {
    const auto stream = read_ahead(std::make_unique<Counting>(100, broken), 3, &never);
    Batch batch;
    const int64_t good = broken < 0 ? 100 : broken;
    for (int64_t i = 0; i < good; ++i) {
      REQUIRE(stream->next(3, batch));
      CHECK(batch.rows == std::vector{i});
      CHECK(stream->names() == std::vector{"name " + std::to_string(i)});
    }
    if (broken < 0) CHECK_FALSE(stream->next(3, batch));
    else CHECK_THROWS_AS(stream->next(3, batch), UserError);
  }
}

TEST_CASE("predict: a consumer that leaves ends the reading, even of a pipe in which nothing comes") {
  Batch batch;
  CHECK(read_ahead(std::make_unique<Counting>(1000, -1), 3, &never)->next(3, batch));
  CHECK_FALSE(read_ahead(std::make_unique<Silent>(), 3, &at_once)->next(3, batch));
}
