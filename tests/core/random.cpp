// Philox against its published vectors, FNV-1a against its own, and what streams promise.
#include "core/random.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numbers>
#include <set>

namespace dltrain::test {

TEST_CASE("philox gives the known answers of Random123") {
  // kat_vectors of Random123 1.14, "philox4x32 10".
  using Words = std::array<uint32_t, 4>;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("stable_hash is FNV-1a of 64 bits") {
  // Test vectors of draft-eastlake-fnv.
  CHECK(stable_hash("") == 0xcbf29ce484222325);
  CHECK(stable_hash("a") == 0xaf63dc4c8601ec8c);
  CHECK(stable_hash("foobar") == 0x85944171f73967e8);
}

TEST_CASE("a random number depends on seed, stream, step and element, and on nothing else") {
  const RandomStream stream(1, 2);
  std::set<uint32_t> words;
  for (uint64_t step = 0; step < 10; ++step) {
    for (uint64_t element = 0; element < 100; ++element) words.insert(stream.bits(step, element));
  }
  CHECK(words.size() == 1000);  // a collision among 1000 words of 32 bits has a chance of 1 in 8600
  CHECK(RandomStream(1, 2).bits(3, 4) == stream.bits(3, 4));
  CHECK(RandomStream(1, 3).bits(3, 4) != stream.bits(3, 4));
  CHECK(RandomStream(2, 2).bits(3, 4) != stream.bits(3, 4));
  CHECK(RandomStream(2, 1).key() != stream.key());
  CHECK(stream.bits(0, uint64_t{1} << 40) != stream.bits(0, 0));
  CHECK(stream.bits(uint64_t{1} << 40, 0) != stream.bits(0, 0));
}

TEST_CASE("an element is the word of its place in its block") {
  const RandomStream stream(5, 6);
  const auto block = philox({3, 0, 7, 0}, stream.key());
  for (uint64_t i = 0; i < 4; ++i) CHECK(stream.bits(7, 12 + i) == block[i]);
}

TEST_CASE("uniform numbers have 24 bits and the moments of their distribution") {
  const RandomStream stream(11, 0);
  constexpr int count = 100000;
  double sum = 0, squares = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const float x = stream.uniform(0, i);
    if (x < 0 || x >= 1 || std::ldexp(x, 24) != std::floor(std::ldexp(x, 24))) FAIL("element " << i << " is " << x);
    sum += x;
    squares += double{x} * x;
  }
  // Five standard errors.
  CHECK(std::fabs(sum / count - 0.5) < 5 * std::sqrt(1.0 / 12 / count));
  CHECK(std::fabs(squares / count - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / count));
}

TEST_CASE("normal numbers have the moments of their distribution") {
  const RandomStream stream(12, 0);
  constexpr int count = 100000;
  double sum = 0, squares = 0, fourths = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const double x = stream.normal(0, i);
    REQUIRE(std::isfinite(x));
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  CHECK(std::fabs(sum / count) < 5 / std::sqrt(double{count}));
  CHECK(std::fabs(squares / count - 1) < 5 * std::sqrt(2.0 / count));
  CHECK(std::fabs(fourths / count - 3) < 5 * std::sqrt(96.0 / count));
}

TEST_CASE("bounded integers reach every value evenly") {
  const RandomStream stream(13, 0);
  constexpr uint64_t bound = 7;
  constexpr int count = 70000;
  std::array<int, bound> histogram{};
  for (uint64_t i = 0; i < count; ++i) ++histogram.at(stream.below(bound, 0, i));
  double chi_squared = 0;
  for (const int n : histogram) chi_squared += std::pow(n - count / 7.0, 2) / (count / 7.0);
  CHECK(chi_squared < 22.5);  // 6 degrees of freedom: 1 in 1000
  CHECK(stream.below(1, 0, 0) == 0);
  CHECK(stream.below(uint64_t{1} << 63, 0, 0) < uint64_t{1} << 63);
}

TEST_CASE("numbers are made of the words of their elements") {
  const RandomStream stream(3, 5);
  for (const uint64_t step : {uint64_t{0}, uint64_t{7}, uint64_t{1} << 40}) {
    for (const uint64_t i : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{1} << 35}) {
      CHECK(stream.bits(step, i) == philox({static_cast<uint32_t>(i / 4), static_cast<uint32_t>((i / 4) >> 32),
                                            static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32)},
                                           stream.key())[i % 4]);
      const uint64_t pair = (uint64_t{stream.bits(step, 2 * i)} << 32) | stream.bits(step, 2 * i + 1);
      CHECK(stream.uniform_double(step, i) == static_cast<double>(pair >> 11) / 9007199254740992.0);
      CHECK(stream.uniform(step, i) == static_cast<float>(stream.bits(step, i) >> 8) / 16777216.0F);
      const double radius = std::sqrt(-2 * std::log1p(-stream.uniform_double(step, 2 * i)));
      CHECK(stream.normal(step, i) == radius * std::cos(2 * std::numbers::pi * stream.uniform_double(step, 2 * i + 1)));
    }
  }
}

}  // namespace dltrain::test
