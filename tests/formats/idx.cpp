#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "formats/idx/idx.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;

namespace {

std::string idx(unsigned type, std::initializer_list<unsigned> sizes, const std::string& data) {
  std::string text = {'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const unsigned size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 0xff);
  }
  return text + data;
}

}  // namespace

TEST_CASE("IDX elements are big-endian, the last index fastest") {
  const test::TemporaryFolder folder;
  const Array bytes = formats::read_idx(test::write(folder, "u8", idx(8, {2, 3}, "\x01\x02\x03\x04\x05\xff")));
  CHECK(bytes.dtype == DType::u8);
  CHECK(bytes.shape == Shape{2, 3});
  CHECK(element(bytes, 5) == 255);
  const Array shorts = formats::read_idx(test::write(folder, "i16", idx(0xb, {2}, std::string("\x01\x02\xff\xfe", 4))));
  CHECK(shorts.dtype == DType::i32);
  CHECK(element(shorts, 0) == 258);
  CHECK(element(shorts, 1) == -2);
  const Array real = formats::read_idx(test::write(folder, "f32", idx(0xd, {1}, std::string("\x3f\xc0\x00\x00", 4))));
  CHECK(element(real, 0) == 1.5);
  const Array wide =
      formats::read_idx(test::write(folder, "f64", idx(0xe, {1}, std::string("\xc0\x04\x00\x00\x00\x00\x00\x00", 8))));
  CHECK(element(wide, 0) == -2.5);
}

TEST_CASE("IDX files can be read by rows") {
  const test::TemporaryFolder folder;
  formats::ArrayStream stream = formats::open_idx(test::write(folder, "x", idx(8, {3, 2}, "abcdef")));
  CHECK(stream.read_rows(2).shape == Shape{2, 2});
  const Array last = stream.read_rows(2);
  CHECK(last.shape == Shape{1, 2});
  CHECK(element(last, 0) == 'e');
  CHECK(stream.read_rows(2).shape == Shape{0, 2});
}

TEST_CASE("an IDX file cut anywhere is refused, and so is one with more") {
  const test::TemporaryFolder folder;
  const std::string whole = idx(8, {3, 2}, "abcdef");
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string path = test::write(folder, "cut", whole.substr(0, size));
    CHECK_THROWS_AS(formats::read_idx(path), UserError);
  }
  CHECK_THROWS_AS(formats::read_idx(test::write(folder, "long", whole + "g")), UserError);
}

TEST_CASE("messages about IDX files") {
  const test::TemporaryFolder folder;
  test::GoldenSections golden("formats/idx.txt");
  const auto add = [&](const std::string& title, const std::string& contents) {
    const std::string path = test::write(folder, "images-idx3-ubyte", contents);
    golden.add(title, test::message_of([&] { formats::read_idx(path); }));
  };
  add("empty", "");
  add("a text", "5.1,3.5,1.4,0.2,Iris-setosa\n");
  add("unknown type", idx(7, {1}, "a"));
  add("no rank", idx(8, {}, ""));
  add("header cut", idx(8, {3, 2}, "").substr(0, 7));
  add("data cut", idx(8, {60000, 28, 28}, "abc"));
  add("huge", idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, ""));
  add("too long", idx(8, {2}, "abc"));
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}
