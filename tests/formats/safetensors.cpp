// safetensors beside the reference implementation: fixtures made by it (tests/fixtures/formats/make_safetensors.py),
// and files that it refuses.
#include "formats/safetensors/safetensors.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;

namespace {

std::string fixture(const std::string& name) {
  return test::fixture_path("formats/safetensors/" + name + ".safetensors");
}

std::string bytes_of(std::span<const formats::NamedArray> arrays,
                     const std::map<std::string, std::string>& metadata = {}) {
  std::string bytes;
  formats::write_safetensors(
      [&](std::span<const std::byte> part) { bytes.append(reinterpret_cast<const char*>(part.data()), part.size()); },
      arrays, metadata);
  return bytes;
}

std::string file_of(const std::string& header, const std::string& data = {}) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  return bytes + header + data;
}

}  // namespace

TEST_CASE("safetensors files of the reference writer: all dtypes, and the same bytes back") {
  const formats::Safetensors file = formats::read_safetensors(fixture("all"));
  REQUIRE(file.arrays.size() == 12);
  CHECK(file.metadata == std::map<std::string, std::string>{{"made by", "the reference\n\"writer\""}});
  const double expected[] = {0, 1, 2, 3, 100, 127};
  int full = 0;
  for (const auto& [name, array] : file.arrays) {
    INFO(name);
    if (array.shape != Shape{2, 3}) continue;
    ++full;
    for (int64_t i = 0; i < 6; ++i) {
      CHECK(element(array, i) == (array.dtype == DType::boolean ? static_cast<double>(expected[i] != 0) : expected[i]));
    }
  }
  CHECK(full == 9);
  CHECK(bytes_of(file.arrays, file.metadata) == read_text(fixture("all"), ExitCode::model));
  std::vector<formats::NamedArray> turned(file.arrays.rbegin(), file.arrays.rend());
  CHECK(bytes_of(turned, file.metadata) == read_text(fixture("all"), ExitCode::model));
  CHECK(bytes_of({}) == read_text(fixture("nothing"), ExitCode::model));
}

TEST_CASE("a safetensors file is replaced as a whole and read back") {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a.safetensors");
  Array array(DType::f32, Shape{3});
  array.as<float>()[1] = -2.5F;
  const std::vector<formats::NamedArray> arrays = {{"b", array}, {"a", Array(DType::i64, Shape{})}};
  formats::write_safetensors(path, arrays, {{"key", "value"}});
  const formats::Safetensors read = formats::read_safetensors(path);
  CHECK(read.arrays == std::vector<formats::NamedArray>{arrays[1], arrays[0]});
  CHECK(read.metadata.at("key") == "value");
  CHECK(list_directory(folder.path(), ExitCode::io) == std::vector<std::string>{"a.safetensors"});
  CHECK_THROWS_AS(formats::read_safetensors(path, 20), UserError);
  CHECK_THROWS_AS(bytes_of(std::vector<formats::NamedArray>{arrays[0], arrays[0]}), Bug);
  CHECK_THROWS_AS(bytes_of(std::vector<formats::NamedArray>{{"__metadata__", array}}), Bug);
}

TEST_CASE("safetensors files that are refused") {
  const std::string eight(8, '\0');
  const std::vector<std::pair<std::string, std::string>> files = {
      {"empty file", ""},
      {"seven bytes", eight.substr(1)},
      {"no header", eight},
      {"header larger than the file", file_of("{}").substr(0, 9)},
      {"header of 2^64-1 bytes", std::string(8, '\xff') + "{}"},
      {"header above the limit", std::string("\x01\x00\x40\x00\x00\x00\x00\x00", 8)},
      {"not an object", file_of("[1]")},
      {"blank before the object", file_of(" {}")},
      {"not JSON", file_of("{,}")},
      {"two values", file_of("{}{}")},
      {"name twice",
       file_of(
           R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]}})",
           eight)},
      {"metadata is a number", file_of(R"({"__metadata__":{"a":1}})")},
      {"metadata is a list", file_of(R"({"__metadata__":[]})")},
      {"unknown dtype", file_of(R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", eight)},
      {"dtype is a number", file_of(R"({"a":{"dtype":32,"shape":[8],"data_offsets":[0,8]}})", eight)},
      {"missing key", file_of(R"({"a":{"dtype":"F32","shape":[2]}})", eight)},
      {"unknown key", file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"strides":[4]}})", eight)},
      {"negative size", file_of(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", eight)},
      {"fraction as size", file_of(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", eight)},
      {"sizes that overflow",
       file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", eight)},
      {"bytes that overflow",
       file_of(R"({"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,8]}})", eight)},
      {"size above 2^63",
       file_of(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", eight)},
      {"shape larger than the data", file_of(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", eight)},
      {"offsets in the wrong order", file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", eight)},
      {"three offsets", file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", eight)},
      {"hole at the begin", file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", eight)},
      {"hole",
       file_of(
           R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
           eight)},
      {"overlap",
       file_of(
           R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
           eight)},
      {"bytes behind the data", file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", eight)},
      {"data cut off", file_of(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", eight)},
      {"dtype of PyTorch alone", read_text(fixture("int16"), ExitCode::model)},
  };
  const test::TemporaryFolder folder;
  test::GoldenSections golden("formats/safetensors.txt");
  for (const auto& [title, bytes] : files) {
    INFO(title);
    const std::string path = test::write(folder, "x.safetensors", bytes);
    try {
      formats::read_safetensors(path);
      FAIL_CHECK("was read");
    } catch (const UserError& error) {
      CHECK(error.code() == ExitCode::model);
      golden.add(title, error.what());
    }
  }
  golden.replace(folder.path() + "/", "");
  golden.check();
}

TEST_CASE("a safetensors file cut anywhere is refused") {
  const test::TemporaryFolder folder;
  const std::string bytes = read_text(fixture("all"), ExitCode::model);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string path = test::write(folder, "x.safetensors", bytes.substr(0, size));
    INFO(size);
    CHECK_THROWS_AS(formats::read_safetensors(path), UserError);
  }
}

TEST_CASE("a header with very many names is read in time") {
  std::string header = "{";
  for (int i = 0; i < 50000; ++i)
    header += "\"" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)";
  header.back() = '}';
  const test::TemporaryFolder folder;
  CHECK(formats::read_safetensors(test::write(folder, "x.safetensors", file_of(header))).arrays.size() == 50000);
}
