#include <limits>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "formats/json/json.h"
#include "formats/json/json_lines.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using formats::json_text;

namespace {

Setting parse(const std::string& text) { return formats::parse_json(text, "x.json", ExitCode::model); }

}  // namespace

TEST_CASE("JSON becomes settings in the order of the text, and back") {
  const std::string text =
      R"({"b": 1, "a": [true, null, -2.5, "x\"\\\n\u0001é"], "c": {"d": [], "e": {}}, "f": 1e-07})";
  CHECK(json_text(parse(text)) == text);
  CHECK(json_text(parse("{\"a\":[1,[2,{}]],\"b\":{\"c\":1}}"), 2) ==
        "{\n  \"a\": [\n    1,\n    [\n      2,\n      {}\n    ]\n  ],\n  \"b\": {\n    \"c\": 1\n  }\n}");
  CHECK(*parse("9223372036854775807").integer() == INT64_MAX);
  CHECK(*parse("18446744073709551615").real() == 18446744073709551615.0);
  CHECK(*parse("0.1").real() == 0.1);
  CHECK(parse("null").is_none());
  CHECK(json_text(Setting(0.1)) == "0.1");
  CHECK(json_text(Setting(3.0)) == "3.0");
}

TEST_CASE("what JSON cannot say: NaN, infinities, bytes that are not UTF-8") {
  CHECK(json_text(Setting(std::numeric_limits<double>::quiet_NaN())) == "null");
  CHECK(json_text(Setting(-std::numeric_limits<double>::infinity())) == "null");
  CHECK(json_text(Setting("a\xff"
                          "b\xc3")) ==
        "\"a\xef\xbf\xbd"
        "b\xef\xbf\xbd\"");
  CHECK(json_text(Setting("\xed\xa0\x80")) == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
  CHECK(json_text(Setting("\xf0\x9f\x98\x80")) == "\"\xf0\x9f\x98\x80\"");
}

TEST_CASE("limits of JSON") {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']');
  };
  CHECK_NOTHROW(parse(nested(64)));
  CHECK_THROWS_AS(parse(nested(65)), UserError);
  CHECK_THROWS_AS(parse(nested(1'000'000)), UserError);
  CHECK_NOTHROW(formats::parse_json("[1]", "x", ExitCode::model, {.bytes = 3}));
  CHECK_THROWS_AS(formats::parse_json("[11]", "x", ExitCode::model, {.bytes = 3}), UserError);
}

TEST_CASE("JSON cut anywhere is refused") {
  const std::string text = R"({"a": [1.5e3, true, null, "x\u00e9"], "b": {"c": false}})";
  for (size_t size = 0; size < text.size(); ++size) CHECK_THROWS_AS(parse(text.substr(0, size)), UserError);
}

TEST_CASE("JSON lines") {
  const test::TemporaryFolder folder;
  formats::JsonLines lines(OutputFile(folder.file("x.jsonl"), OutputFile::Mode::append));
  Table table;
  table.set("event", "step");
  table.set("loss", 0.5);
  lines.write(table);
  lines.write(Setting(List{}));
  lines.close();
  CHECK(read_text(folder.file("x.jsonl"), ExitCode::io) == "{\"event\": \"step\", \"loss\": 0.5}\n[]\n");
}

TEST_CASE("messages about JSON") {
  test::GoldenSections golden("formats/json.txt");
  golden.add("not JSON", test::message_of([&] { parse("{\n  \"a\": tru\n}"); }));
  golden.add("twice", test::message_of([&] { parse("{\"a\": 1, \"a\": 2}"); }));
  golden.add("deep", test::message_of([&] { parse(std::string(100, '[')); }));
  golden.check();
}
