// Fixtures made by NumPy (tests/fixtures/formats/make.py).
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/json/json.h"
#include "formats/npy/npy.h"
#include "formats/npy/npy_header.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;

namespace {

void collect(const Setting& value, std::vector<double>& numbers) {
  if (value.list() == nullptr) {
    numbers.push_back(*value.real());
    return;
  }
  for (const Setting& element : *value.list()) collect(element, numbers);
}

std::string npy_path(const std::string& name) { return test::fixture_path("formats/npy/" + name + ".npy"); }

Array parse(const std::string& bytes) {
  return formats::open_npy(formats::memory_stream(std::as_bytes(std::span(bytes)), "x.npy")).read_all();
}

std::string with_header(const std::string& header, const std::string& data = {}) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  return bytes + header + data;
}

}  // namespace

TEST_CASE("NPY files of NumPy: all types, byte orders, element orders and versions") {
  const Setting expected = formats::read_json(test::fixture_path("formats/npy/expected.json"), ExitCode::data);
  REQUIRE(expected.table()->size() > 40);
  for (const auto& entry : expected.table()->entries()) {
    INFO(entry.key);
    const Array array = formats::read_npy(npy_path(entry.key));
    std::vector<double> numbers;
    collect(entry.value, numbers);
    REQUIRE(static_cast<size_t>(array.elements()) == numbers.size());
    for (size_t i = 0; i < numbers.size(); ++i) CHECK(element(array, static_cast<int64_t>(i)) == numbers[i]);
  }
}

TEST_CASE("dtypes and shapes of NPY files") {
  CHECK(formats::read_npy(npy_path("u2_big_F")).dtype == DType::i32);
  CHECK(formats::read_npy(npy_path("large_unsigned")).dtype == DType::i64);
  CHECK(formats::read_npy(npy_path("bool")).dtype == DType::boolean);
  CHECK(formats::read_npy(npy_path("f2_little_C")).dtype == DType::f16);
  CHECK(formats::read_npy(npy_path("scalar")).shape == Shape{});
  CHECK(formats::read_npy(npy_path("vector")).shape == Shape{5});
  CHECK(formats::read_npy(npy_path("empty")).shape == Shape{0, 3});
}

TEST_CASE("NPY files by rows, in either order of elements") {
  for (const char* name : {"f4_little_C", "f4_big_F", "i2_big_C"}) {
    const Array whole = formats::read_npy(npy_path(name));
    formats::ArrayStream stream = formats::open_npy(npy_path(name));
    const Array first = stream.read_rows(1);
    const Array second = stream.read_rows(5);
    REQUIRE(first.shape == Shape{1, 3});
    REQUIRE(second.shape == Shape{1, 3});
    for (int64_t i = 0; i < 3; ++i) {
      CHECK(element(first, i) == element(whole, i));
      CHECK(element(second, i) == element(whole, 3 + i));
    }
    CHECK(stream.read_rows(1).shape == Shape{0, 3});
  }
}

TEST_CASE("what is written is what NumPy writes") {
  for (const char* name : {"f4_little_C", "f8_little_C", "f2_little_C", "i1_little_C", "u1_little_C", "i4_little_C",
                           "i8_little_C", "bool", "scalar", "vector", "empty", "version1"}) {
    INFO(name);
    const std::string path = npy_path(name);
    const std::vector<std::byte> original = read_file(path, ExitCode::data);
    CHECK(formats::npy_bytes(formats::read_npy(path)) == original);
  }
}

TEST_CASE("NPY files are written row by row") {
  const test::TemporaryFolder folder;
  formats::NpyWriter writer(folder.file("rows.npy"), DType::f32, Shape{2});
  Array rows(DType::f32, Shape{3, 2});
  for (int64_t i = 0; i < 6; ++i) set_element(rows, i, static_cast<double>(i));
  writer.write(rows);
  writer.write(rows);
  writer.close();
  const Array read = formats::read_npy(folder.file("rows.npy"));
  CHECK(read.shape == Shape{6, 2});
  CHECK(element(read, 11) == 5);
}

TEST_CASE("an NPY file cut anywhere is refused") {
  const std::string whole = read_text(npy_path("f4_little_C"), ExitCode::data);
  CHECK(parse(whole).shape == Shape{2, 3});
  for (size_t size = 0; size < whole.size(); ++size) CHECK_THROWS_AS(parse(whole.substr(0, size)), UserError);
  CHECK_THROWS_AS(parse(whole + "x"), UserError);
}

TEST_CASE("NPY headers with any byte changed are read or refused") {
  const std::string whole = read_text(npy_path("f4_little_C"), ExitCode::data);
  for (size_t at = 0; at < 128; ++at) {
    for (const char c : {'\0', '9', '(', '\xff', '\'', '}'}) {
      std::string changed = whole;
      changed[at] = c;
      size_t size = 0;
      try {
        size = parse(changed).bytes.size();
      } catch (const UserError& error) {
        CHECK(error.code() == ExitCode::data);
      }
      CHECK(size <= 2 * whole.size());
    }
  }
}

TEST_CASE("messages about NPY files") {
  test::GoldenSections golden("formats/npy.txt");
  const auto add = [&](const std::string& title, const std::string& bytes) {
    golden.add(title, test::message_of([&] { parse(bytes); }));
  };
  const auto add_file = [&](const std::string& name) {
    golden.add(name, test::message_of([&] { formats::read_npy(npy_path(name)); }));
  };
  add("empty", "");
  add("a text", "1,2,3\n4,5,6\n");
  add("version", std::string("\x93NUMPY\x09\x00\x01\x00", 10));
  add("not a dictionary", with_header("[1, 2]"));
  add("unknown key", with_header("{'descr': '<f4', 'allow': True}"));
  add("missing key", with_header("{'descr': '<f4'}"));
  add("negative size", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"));
  add("huge", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}"));
  add("more than there is", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000,)}", "1234"));
  for (const char* name : {"objects", "records", "text", "complex", "too_large"}) add_file(name);
  golden.replace(test::fixture_path("formats"), "FIXTURES");
  golden.check();
}
