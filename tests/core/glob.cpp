// Patterns for names.
#include "core/glob.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using dltrain::matches;

TEST_CASE("a pattern stands for all of a name") {
  CHECK(matches("conv2d_1", "conv2d_1"));
  CHECK(matches("conv2d_1", "conv*"));
  CHECK(matches("conv2d_1", "*"));
  CHECK(matches("conv2d_1", "*_?"));
  CHECK(matches("conv2d_1", "c*2*1"));
  CHECK(matches("abab", "*ab"));
  CHECK(matches("", "*"));
  CHECK(matches("", ""));
  CHECK_FALSE(matches("conv2d_1", "conv2d"));
  CHECK_FALSE(matches("conv2d_1", "onv*"));
  CHECK_FALSE(matches("conv2d_1", "conv2d_1?"));
  CHECK_FALSE(matches("conv2d_10", "*_?"));
  CHECK_FALSE(matches("conv", "Conv"));
  CHECK_FALSE(matches("", "?"));
  CHECK_FALSE(matches("a", ""));
}

TEST_CASE("a pattern of many stars takes no long time") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  CHECK_FALSE(matches(std::string(20000, 'a') + "b", pattern));
}
