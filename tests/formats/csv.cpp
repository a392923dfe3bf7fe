#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "formats/csv/csv_reader.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using formats::CsvReader;
using formats::parse_number;

namespace {

using Records = std::vector<std::vector<std::string>>;

Records parse(std::string_view text, char separator = ',') {
  CsvReader reader(formats::memory_stream(std::as_bytes(std::span(text)), "table.csv"), separator);
  Records records;
  while (reader.next()) records.emplace_back(reader.fields().begin(), reader.fields().end());
  return records;
}

}  // namespace

TEST_CASE("CSV as in the examples of RFC 4180") {
  CHECK(parse("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n") == Records{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(parse("aaa,bbb,ccc\r\nzzz,yyy,xxx") == Records{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(parse("\"aaa\",\"b \r\nbb\",\"ccc\"\r\nzzz,yyy,xxx") ==
        Records{{"aaa", "b \r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(parse("\"aaa\",\"b\"\"bb\",\"ccc\"") == Records{{"aaa", "b\"bb", "ccc"}});
}

TEST_CASE("blanks are trimmed, empty lines left out, empty fields kept") {
  CHECK(parse("\xef\xbb\xbf a , b\t\n\n  \r\n1,,\" 2 \"  \n") == Records{{"a", "b"}, {"1", "", " 2 "}});
  CHECK(parse(",\n") == Records{{"", ""}});
  CHECK(parse("").empty());
  CHECK(parse("\n\n").empty());
  CHECK(parse("\"\"\n") == Records{{""}});
  CHECK(parse("a;b\n", ';') == Records{{"a", "b"}});
  CHECK(parse("a\t\tb\n", '\t') == Records{{"a", "", "b"}});
}

TEST_CASE("places count lines inside quotes") {
  const std::string text = "a,b\n\"1\n2\",x\n3,  y\n";
  CsvReader reader(formats::memory_stream(std::as_bytes(std::span(text)), "table.csv"));
  REQUIRE(reader.next());
  CHECK(reader.place(1) == "table.csv:1:3");
  REQUIRE(reader.next());
  CHECK(reader.place(0) == "table.csv:2:1");
  CHECK(reader.place(1) == "table.csv:3:4");
  REQUIRE(reader.next());
  CHECK(reader.line() == 4);
  CHECK(reader.place(1) == "table.csv:4:5");
  CHECK(reader.place(2) == "table.csv:4:6");
}

TEST_CASE("records may lie across the blocks that are read") {
  std::string text;
  for (int i = 0; i < 200'000; ++i)
    text += std::to_string(i) + ",\"a \"\"quoted\"\"\n text\"," + std::to_string(i * 0.5) + "\r\n";
  CsvReader reader(formats::memory_stream(std::as_bytes(std::span(text)), "table.csv"));
  int rows = 0;
  for (; reader.next(); ++rows) {
    if (reader.fields().size() != 3 || reader.fields()[0] != std::to_string(rows) ||
        reader.fields()[1] != "a \"quoted\"\n text")
      break;
  }
  CHECK(rows == 200'000);
  CHECK(reader.line() == 2 * 199'999 + 1);
}

TEST_CASE("a CSV text cut anywhere gives records or a message") {
  const std::string text = "a,\"b\"\"\nc\",d\r\n 1 ,\"x\" , \"\"\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    try {
      for (const auto& record : parse(std::string_view(text).substr(0, size))) CHECK(record.size() <= 3);
    } catch (const UserError& error) {
      CHECK(error.code() == ExitCode::data);
    }
  }
}

TEST_CASE("limits of CSV at -1, 0 and +1") {
  const auto fits = [](const std::string& text, formats::CsvLimits limits) {
    try {
      CsvReader reader(formats::memory_stream(std::as_bytes(std::span(text)), "table.csv"), ',', limits);
      while (reader.next()) {}
      return true;
    } catch (const UserError&) {
      return false;
    }
  };
  for (int64_t more : {-1, 0, 1}) {
    const auto n = static_cast<size_t>(100 + more);
    CHECK(fits(std::string(n, 'x') + "\n", {.line = 100}) == (more <= 0));
    CHECK(fits(std::string(n, 'x') + ",y\n", {.field = 100}) == (more <= 0));
    CHECK(fits(std::string(n - 1, ',') + "\n", {.columns = 100}) == (more <= 0));
  }
  CHECK_FALSE(fits("\"" + std::string(size_t{20} << 20, 'x'), {}));
}

TEST_CASE("messages about CSV files") {
  const test::TemporaryFolder folder;
  test::GoldenSections golden("formats/csv.txt");
  const auto add = [&](const std::string& title, const std::string& text) {
    golden.add(title, test::message_of([&] { parse(text); }));
  };
  add("open quote", "a,b\n1,\"text\n2,3\n");
  add("text after a quote", "a,b\n1,\"text\"more\n");
  add("zero byte", std::string("PK\x03\x04\0\0", 6));
  add("Latin-1",
      "name,gr\xf6\xdf"
      "e\nx,1\n");
  add("Latin-1 behind much", "a\n" + std::string(600'000, '1').replace(300'000, 1, "\n") + "\n\xe4\n");
  add("UTF-16",
      "\xff\xfe"
      "a,");
  add("long field", "a,b\n1," + std::string(2'000'000, 'x') + "\n");
  golden.check();
}

TEST_CASE("numbers are the nearest doubles") {
  for (const char* text :
       {"0", "-0", "1", "16", "5.1", "-3.25", "0.1", "123456789012345", "1234567890123456789", "0.000001234", "1e5",
        "1.5E-3", "99999999999999999999999", "1e308", "4.9e-324", ".5", "5.", "3.14159265358979323846"}) {
    const std::string_view view = text;
    double expected = 0;
    const auto result = std::from_chars(view.data(), view.data() + view.size(), expected);
    REQUIRE(result.ptr == view.data() + view.size());
    const auto number = parse_number(view);
    REQUIRE(number.has_value());
    CHECK(*number == expected);
    CHECK(std::signbit(*number) == std::signbit(expected));
  }
  CHECK(parse_number("+7.5") == 7.5);
  CHECK(parse_number("1e-400") == 0.0);
  CHECK(std::isnan(parse_number("nan").value()));
  CHECK(std::isinf(parse_number("-inf").value()));
}

TEST_CASE("numbers with decimal commas") {
  CHECK(parse_number("1,5", ',') == 1.5);
  CHECK(parse_number("-0,25", ',') == -0.25);
  CHECK(parse_number("1,5e3", ',') == 1500);
  CHECK(parse_number("3,14159265358979323846", ',') == 3.14159265358979323846);
  CHECK(parse_number("12", ',') == 12);
  for (const char* text : {"1.5", "1.234,5", "1,2,3", ",", "1.5e3", ""})
    CHECK_FALSE(parse_number(text, ',').has_value());
}

TEST_CASE("a record is read again with another separator") {
  const std::string text = "a;\"b;c\"\n1,5;2\n";
  CsvReader reader(formats::memory_stream(std::as_bytes(std::span(text)), "table.csv"));
  REQUIRE(reader.next());
  CHECK(reader.fields().size() == 1);
  reader.divide_by(';');
  REQUIRE(reader.fields().size() == 2);
  CHECK(reader.fields()[1] == "b;c");
  CHECK(reader.line() == 1);
  REQUIRE(reader.next());
  CHECK(reader.line() == 2);
  CHECK(reader.fields()[0] == "1,5");
}

TEST_CASE("letters of several bytes are read, also where a block of the file ends within one") {
  for (size_t before = 0; before < 4; ++before) {
    std::string text(before, 'x');
    while (text.size() < 600'000) text += text.size() % 80 == before % 80 ? "\n" : "\xf0\x9f\x98\x80\xc3\xa4";
    size_t bytes = 0;
    for (const auto& record : parse(text)) bytes += record[0].size();
    CHECK(bytes == text.size() - static_cast<size_t>(std::count(text.begin(), text.end(), '\n')));
  }
}

TEST_CASE("what is not a number is not taken for one") {
  for (const char* text : {"", "-", "+", ".", "-.", "1 2", "1,5", "0x10", "1e", "1e5x", "+-1", "--1", "1.2.3", "abc",
                           "1e999", "?", "12a"}) {
    CHECK_FALSE(parse_number(text).has_value());
  }
}
