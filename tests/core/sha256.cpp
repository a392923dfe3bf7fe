// SHA-256 against the examples of FIPS 180-4 (NIST, "Examples with intermediate values") and of NIST's CAVP short
// messages.
#include "core/sha256.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dltrain::test {

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string digest(std::string_view text) { return hex_text(sha256(bytes(text))); }

}  // namespace

TEST_CASE("SHA-256 of NIST's examples") {
  CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(
      digest(
          "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu") ==
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(digest(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(digest("\xd3") == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
  CHECK(digest("\x11\xaf") == "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98");
}

TEST_CASE("SHA-256 does not depend on how the bytes are cut") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7 + i / 256);
  for (size_t length = 0; length <= 300; ++length) {
    const std::string_view part = std::string_view(text).substr(0, length);
    const std::string whole = digest(part);
    for (const size_t step : {1, 3, 55, 64, 65, 119}) {
      Sha256 sum;
      for (size_t at = 0; at < length; at += step) sum.update(bytes(part.substr(at, step)));
      INFO(length << " bytes, " << step << " at a time");
      CHECK(hex_text(sum.finish()) == whole);
    }
  }
}

TEST_CASE("the processor's instructions compute the same") {
  if (!sha256_blocks::processor_can()) SKIP("this processor has no SHA extensions");
  std::vector<std::byte> blocks(64 * 50);
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = static_cast<std::byte>(i * i % 251);
  std::array<uint32_t, 8> a{1, 2, 3, 4, 0xffffffff, 6, 7, 8};
  std::array<uint32_t, 8> b = a;
  sha256_blocks::portable(a, blocks.data(), 50);
  sha256_blocks::processor(b, blocks.data(), 50);
  CHECK(a == b);
}

}  // namespace dltrain::test
