// Files made by h5py (tests/fixtures/formats/make_hdf5.py) and by Keras (tests/fixtures/keras/weights).
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/hdf5/weights_file.h"
#include "formats/json/json.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using formats::WeightGroup;

namespace {

std::string path_of(const std::string& name) { return test::fixture_path("formats/hdf5/" + name + ".weights.h5"); }

std::vector<WeightGroup> read(const std::string& name) { return formats::read_weights_file(path_of(name)); }

Array variable(const std::vector<WeightGroup>& groups, const std::string& path, size_t number) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const WeightGroup& g) { return g.path == path; });
  REQUIRE(found != groups.end());
  REQUIRE(number < found->variables.size());
  return found->variables[number];
}

}  // namespace

TEST_CASE("weights as h5py writes them: both formats of HDF5, compressed, big-endian, of old Keras") {
  for (const char* name : {"plain", "latest_format", "big_endian", "old_keras", "extra"}) {
    INFO(name);
    const std::vector<WeightGroup> groups = read(name);
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].name == (std::string(name) == "old_keras" ? "" : "dense"));
    const Array kernel = variable(groups, "layers/dense", 0);
    CHECK(kernel.dtype == DType::f32);
    CHECK(kernel.shape == Shape{2, 3});
    for (int64_t i = 0; i < 6; ++i) CHECK(element(kernel, i) == static_cast<double>(i));
  }
  CHECK(variable(read("compressed"), "layers/dense", 0).shape == Shape{64, 64});
}

TEST_CASE("all dtypes of weights are read and written") {
  const std::vector<WeightGroup> groups = read("types");
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].path == "");
  CHECK(groups[0].name == "fixed length");
  const std::vector<std::vector<double>> expected = {{0.5}, {1.5, -2}, {7}, {1099511627776}, {255}, {1, 0}, {1, -2}};
  const std::vector<DType> dtypes = {DType::f64, DType::f16,     DType::i32, DType::i64,
                                     DType::u8,  DType::boolean, DType::bf16};
  for (size_t i = 0; i < expected.size(); ++i) {
    const Array array = variable(groups, "", i);
    CHECK(array.dtype == dtypes[i]);
    for (size_t k = 0; k < expected[i].size(); ++k) CHECK(element(array, static_cast<int64_t>(k)) == expected[i][k]);
  }
  CHECK(formats::read_weights(formats::weights_file_bytes(groups), "copy") == groups);
}

TEST_CASE("weights files of Keras give the arrays that Keras lists, and come back the same") {
  for (const char* model : {"mlp", "cnn", "branches", "mixed", "normalized", "tokens"}) {
    INFO(model);
    const std::string base = test::fixture_path(std::string("keras/weights/") + model);
    const std::vector<WeightGroup> groups = formats::read_weights_file(base + ".weights.h5");
    const Setting listing = formats::read_json(base + ".json", ExitCode::data);
    size_t count = 0;
    for (const WeightGroup& group : groups) count += group.variables.size();
    CHECK(count == listing.table()->at("cases").list()->size());
    for (const Setting& weight : *listing.table()->at("cases").list()) {
      const std::string path = *weight.table()->at("case").text();
      const size_t vars = path.rfind("/vars/");
      const Array array = variable(groups, path.substr(0, vars), std::stoul(path.substr(vars + 6)));
      Shape shape;
      for (const Setting& size : *weight.table()->at("shape").list()) shape = shape.concat({*size.integer()});
      CHECK(array.shape == shape);
      CHECK(name(array.dtype) == *weight.table()->at("dtype").text());
    }
    CHECK(formats::read_weights(formats::weights_file_bytes(groups), "copy") == groups);
  }
}

TEST_CASE("equal weights give equal bytes") {
  const std::vector<WeightGroup> groups = read("types");
  CHECK(formats::weights_file_bytes(groups) == formats::weights_file_bytes(groups));
  const test::TemporaryFolder folder;
  formats::write_weights_file(folder.file("a.weights.h5"), groups);
  CHECK(read_file(folder.file("a.weights.h5"), ExitCode::model) == formats::weights_file_bytes(groups));
}

TEST_CASE("a disk that is full is an error, and the next file is written") {
  std::vector<WeightGroup> groups = read("types");
  groups.push_back({"layers/large", "large", {Array(DType::f32, {1000, 1000})}});
  for (int i = 0; i < 3; ++i) {
    const std::string message = test::message_of([&] { formats::write_weights_file("/dev/full", groups); });
    INFO(message);
    CHECK(message.find("/dev/full") != std::string::npos);
    CHECK(message.find("cannot write: ") != std::string::npos);
  }
  const test::TemporaryFolder folder;
  formats::write_weights_file(folder.file("a.weights.h5"), groups);
  CHECK(formats::read_weights_file(folder.file("a.weights.h5")).size() == 2);
  CHECK(list_directory(folder.path(), ExitCode::io) == std::vector<std::string>{"a.weights.h5"});
}

TEST_CASE("a weights file cut anywhere is refused") {
  const std::vector<std::byte> whole = read_file(path_of("old_keras"), ExitCode::model);
  CHECK(formats::read_weights(whole, "whole").size() == 1);
  for (size_t size = 0; size < whole.size(); size += size < 256 ? 1 : 13) {
    try {
      formats::read_weights(std::span(whole).first(size), "cut");
      FAIL_CHECK("a file of " << size << " bytes was read");
    } catch (const UserError& error) {
      CHECK(error.code() == ExitCode::model);
    }
  }
}

TEST_CASE("a weights file with a wrong byte is refused or read as it stands") {
  const std::vector<std::byte> whole = read_file(path_of("old_keras"), ExitCode::model);
  for (size_t at = 0; at < whole.size(); at += 3) {
    std::vector<std::byte> damaged = whole;
    damaged[at] ^= std::byte{0xff};
    try {
      for (const WeightGroup& group : formats::read_weights(damaged, "damaged", {.arrays = uint64_t{1} << 20}))
        CHECK(group.variables.size() <= 8);
    } catch (const UserError& error) {
      CHECK(error.code() == ExitCode::model);
    }
  }
}

TEST_CASE("limits of weights files") {
  const formats::WeightLimits exact{.arrays = 24, .objects = 5};
  CHECK(formats::read_weights_file(path_of("plain"), exact).size() == 1);
  CHECK_THROWS_AS(formats::read_weights_file(path_of("plain"), {.arrays = 23}), UserError);
  CHECK_THROWS_AS(formats::read_weights_file(path_of("plain"), {.objects = 4}), UserError);
  CHECK_THROWS_AS(formats::read_weights_file(path_of("plain"), {.file = 1000}), UserError);
}

TEST_CASE("messages about weights files") {
  test::GoldenSections golden("formats/hdf5.txt");
  for (const char* name :
       {"soft_link", "external_link", "hard_link_twice", "loop", "external_storage", "virtual", "lzf_filter", "bomb",
        "small_bomb", "never_written", "text", "gap", "named_variable", "legacy", "deep"}) {
    golden.add(name, test::message_of([&] { read(name); }));
  }
  golden.add("missing", test::message_of([&] { read("nowhere"); }));
  const test::TemporaryFolder folder;
  const std::string csv = test::write(folder, "model.weights.h5", "1,2,3\n");
  golden.add("a text", test::message_of([&] { formats::read_weights_file(csv); }));
  const std::vector<std::byte> whole = read_file(path_of("plain"), ExitCode::model);
  const std::string cut = test::write(folder, "cut.weights.h5", std::span(whole).first(5000));
  golden.add("cut", test::message_of([&] { formats::read_weights_file(cut); }));
  golden.replace(test::fixture_path("formats"), "FIXTURES");
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}
