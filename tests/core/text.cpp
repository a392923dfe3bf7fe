#include "core/text.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

namespace dltrain::test {

TEST_CASE("join and split undo each other") {
  const std::vector<std::string> parts = {"a", "", "bc"};
  CHECK(join(parts, ",") == "a,,bc");
  CHECK(split("a,,bc", ',') == parts);
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(join({}, ",").empty());
}

TEST_CASE("trim removes blanks at both ends only") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n ").empty());
}

TEST_CASE("quote writes what TOML reads") {
  CHECK(quote("a\"b\\c") == R"("a\"b\\c")");
  CHECK(quote("line\nbreak\ttab\rreturn") == R"("line\nbreak\ttab\rreturn")");
  CHECK(quote(std::string_view("\x01\x7f", 2)) == R"("\u0001\u007F")");
  CHECK(quote("é") == "\"é\"");
}

TEST_CASE("numbers are written as short as they read back") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e-7) == "1e-07");
  CHECK(number_text(3) == "3");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(real_text(3) == "3.0");
  CHECK(real_text(1e22) == "1e+22");
  CHECK(real_text(std::numeric_limits<double>::infinity()) == "inf");
  for (const double value : {0.1, 1.0 / 3, 2e-308, 1.7976931348623157e308, 123456789.123})
    CHECK(parse_real(number_text(value)) == value);
}

TEST_CASE("sizes are written for people") {
  CHECK(shape_text(std::vector<int64_t>{2, 3}) == "[2, 3]");
  CHECK(shape_text({}) == "[]");
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(uint64_t{5} << 30) == "5.0 GiB");
  CHECK(bytes_text(uint64_t{200} << 20) == "200 MiB");
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1234567) == "1,234,567");
  CHECK(count_text(-1000) == "-1,000");
}

TEST_CASE("UTF-8 is told from what is not") {
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length("é") == 2);
  CHECK(utf8_length("€") == 3);
  CHECK(utf8_length("😀") == 4);
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("\x80") == 0);              // a tail without a head
  CHECK(utf8_length("\xC3") == 0);              // cut off
  CHECK(utf8_length("\xC0\x80") == 0);          // overlong
  CHECK(utf8_length("\xE0\x80\x80") == 0);      // overlong
  CHECK(utf8_length("\xED\xA0\x80") == 0);      // a surrogate
  CHECK(utf8_length("\xF4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(utf8_length("\xFF") == 0);
}

TEST_CASE("a prefix never ends inside a character") {
  CHECK(utf8_prefix("abc", 5) == "abc");
  CHECK(utf8_prefix("abc", 2) == "ab");
  CHECK(utf8_prefix("aé", 2) == "a");
  CHECK(utf8_prefix("😀", 3).empty());
}

TEST_CASE("numbers are parsed only from whole texts") {
  CHECK(parse_integer("42") == 42);
  CHECK(parse_integer("+7") == 7);
  CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<int64_t>::min());
  CHECK_FALSE(parse_integer("9223372036854775808"));
  CHECK_FALSE(parse_integer("4.0"));
  CHECK_FALSE(parse_integer(""));
  CHECK_FALSE(parse_integer("4 "));
  CHECK(parse_real("1e-3") == 1e-3);
  CHECK(parse_real("+.5") == 0.5);
  CHECK_FALSE(parse_real("+-1"));
  CHECK_FALSE(parse_real("1,5"));
  CHECK_FALSE(parse_real(""));
}

TEST_CASE("snake case is Keras'") {
  // keras.src.utils.naming.to_snake_case
  CHECK(snake_case("BatchNormalization") == "batch_normalization");
  CHECK(snake_case("Conv2D") == "conv2d");
  CHECK(snake_case("Conv2DTranspose") == "conv2d_transpose");
  CHECK(snake_case("GlobalAveragePooling2D") == "global_average_pooling2d");
  CHECK(snake_case("ReLU") == "re_lu");
  CHECK(snake_case("PReLU") == "p_re_lu");
  CHECK(snake_case("ELU") == "elu");
  CHECK(snake_case("LSTM") == "lstm");
  CHECK(snake_case("RMSprop") == "rm_sprop");
}

TEST_CASE("the nearest name is found for typos only") {
  const std::vector<std::string> names = {"Dense", "Dropout", "Conv2D", "BatchNormalization"};
  CHECK(nearest("dense", names) == "Dense");
  CHECK(nearest("Dnese", names) == "Dense");
  CHECK(nearest("batch_normalisation", names) == "BatchNormalization");
  CHECK(nearest("Conv3D", names) == "Conv2D");
  CHECK_FALSE(nearest("LSTM", names));
  CHECK_FALSE(nearest("", names));
  CHECK_FALSE(nearest(std::string(1000, 'x'), names));
}

}  // namespace dltrain::test
