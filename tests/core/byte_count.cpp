#include "core/byte_count.h"

#include <regex>

#include <catch2/catch_test_macros.hpp>

namespace dltrain {

TEST_CASE("amounts of memory are read as people write them") {
  CHECK(parse_byte_count("500 MiB") == int64_t{500} << 20);
  CHECK(parse_byte_count("1.5GiB") == int64_t{3} << 29);
  CHECK(parse_byte_count(" 2 GB ") == 2'000'000'000);
  CHECK(parse_byte_count("10 kB") == 10'000);
  CHECK(parse_byte_count("7 B") == 7);
  for (const char* wrong : {"", "MiB", "5", "5 MIB", "5 megabytes", "-1 GB", "1e3 MB", "1 MB 2 kB", "9999999 TiB"}) {
    INFO(wrong);
    CHECK_FALSE(parse_byte_count(wrong));
  }
  CHECK(byte_count_of(Setting(4096)) == 4096);
  CHECK_FALSE(byte_count_of(Setting(1.5)));
  CHECK(complaint_about_byte_count(Setting("1 GB")).empty());
  CHECK(!complaint_about_byte_count(Setting("0 GB")).empty());
  CHECK(!complaint_about_byte_count(Setting(true)).empty());
}

TEST_CASE("the grammar of amounts is what they are read by") {
  const std::regex grammar(byte_count_grammar().texts);
  for (const char* text : {"500 MiB", "1.5GiB", " 2 GB ", ".5 kB", "1. B", "7 TiB", "", "MiB", "5", "5 MIB",
                           "5 megabytes", "-1 GB", "1e3 MB", "1 MB 2 kB", "1..5 GB"}) {
    INFO(text);
    CHECK(std::regex_search(text, grammar) == parse_byte_count(text).has_value());
  }
}

}  // namespace dltrain
