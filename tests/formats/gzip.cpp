// Published bytes: the "hello world" members below were made by gzip 1.12; every truncation and flipped byte must be
// refused.
#include <array>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/gzip/byte_stream.h"
#include "tests/support/files.h"

using namespace dltrain;
using dltrain::test::message_of;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<unsigned> values) {
  std::vector<std::byte> bytes;
  for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// printf 'hello world\n' | gzip -n
const std::vector<std::byte> hello =
    bytes_of({0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57,
              0x28, 0xcf, 0x2f, 0xca, 0x49, 0xe1, 0x02, 0x00, 0x2d, 0x3b, 0x08, 0xaf, 0x0c, 0x00, 0x00, 0x00});

std::string contents(std::span<const std::byte> bytes, size_t step = 1000) {
  const auto stream = formats::memory_stream(bytes, "x.gz");
  std::string text;
  while (true) {
    std::string piece(step, '\0');
    piece.resize(stream->read(std::as_writable_bytes(std::span(piece))));
    text += piece;
    if (piece.size() < step) return text;
  }
}

}  // namespace

TEST_CASE("gzip data is recognised and inflated, in pieces of any size") {
  for (const size_t step : {1, 2, 5, 11, 12, 13, 1000}) CHECK(contents(hello, step) == "hello world\n");
}

TEST_CASE("what is not gzip comes as it is") {
  CHECK(contents(bytes_of({'a', 'b'})) == "ab");
  CHECK(contents({}) == "");
  CHECK(contents(bytes_of({0x1f})) == "\x1f");
}

TEST_CASE("members one behind the other and padding with zeros are read") {
  std::vector<std::byte> two = hello;
  two.insert(two.end(), hello.begin(), hello.end());
  two.resize(two.size() + 512);
  CHECK(contents(two) == "hello world\nhello world\n");
  two.push_back(std::byte{'x'});
  CHECK(message_of([&] { contents(two); }).find("bytes that are not gzip follow") != std::string::npos);
}

TEST_CASE("gzip data cut anywhere is refused") {
  for (size_t size = 2; size < hello.size(); ++size) {
    const std::string message = message_of([&] { contents(std::span(hello).first(size)); });
    CHECK(message.find("x.gz: the gzip data ends early; the file is truncated") != std::string::npos);
  }
}

TEST_CASE("gzip data with a wrong bit is refused, but for bits that mean nothing") {
  for (size_t at = 10; at < hello.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::vector<std::byte> damaged = hello;
      damaged[at] ^= static_cast<std::byte>(1U << bit);
      std::string text = "hello world\n";
      try {
        text = contents(damaged);
      } catch (const UserError& error) {
        CHECK(error.code() == ExitCode::data);
      }
      CHECK(text == "hello world\n");
    }
  }
}

TEST_CASE("a gzip file is read by its contents, not by its name") {
  const test::TemporaryFolder folder;
  const auto stream = formats::open_stream(test::write(folder, "plain.txt", hello));
  std::array<std::byte, 5> start;
  CHECK(stream->read(start) == 5);
  CHECK(start[0] == std::byte{'h'});
}
