// Messages: form, caret, collection.
#include "core/diagnostic.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

Place place(const std::string& text, int line, int column, int end_column = 0) {
  return {std::make_shared<const Source>(Source{"recipe.toml", text}), line, column, end_column};
}

std::string message(Place where, std::string hint = {}) {
  return Diagnostic{Severity::error,       "unknown-value",      std::move(where),
                    "layer \"a\" (Dense)", "something is wrong", std::move(hint)}
      .text();
}

}  // namespace

TEST_CASE("messages have one form") {
  const std::string text = "[model]\nlayers = [\n\t{ type = \"Dese\" },\n]\n";
  GoldenSections golden("core/diagnostics.txt");
  golden.add("a range with a hint", message(place(text, 3, 11, 17), "did you mean \"Dense\"?"));
  golden.add("a column only", message(place(text, 2, 1)));
  golden.add("a line only", message(place(text, 2, 0)));
  golden.add("no line", message(place(text, 0, 0)));
  golden.add("no place", message({}, "did you mean this?"));
  golden.add("a line past the end", message(place(text, 99, 3)));
  golden.add("a column past the end", message(place(text, 1, 50)));
  golden.add("a long line", message(place(std::string(200, 'a') + "HERE" + std::string(200, 'b'), 1, 201, 205)));
  golden.add("characters of several bytes", message(place("größe = \"ä\"", 1, 9, 12)));
  golden.add("control characters and broken UTF-8", message(place("a\x1b[31m\xff = 1", 1, 10)));
  Diagnostic full{Severity::warning, "no-effect", place(text, 1, 2, 7), "", "all parts", "here", "a, b, c", "do this"};
  full.notes.push_back({place(text, 2, 1), "defined here"});
  full.notes.push_back({{}, "a note without a place"});
  golden.add("all parts", full.text());
  golden.check();
}

TEST_CASE("mistakes are collected and thrown together") {
  Diagnostics diagnostics;
  diagnostics.throw_if_errors(ExitCode::recipe);
  diagnostics.warning("no-effect", {}, "", "only a warning");
  CHECK_FALSE(diagnostics.has_errors());
  diagnostics.throw_if_errors(ExitCode::recipe);
  diagnostics.error("shape", {}, "", "first").help = "do this";
  diagnostics.error("shape", {}, "", "second");
  CHECK(diagnostics.error_count() == 2);
  try {
    diagnostics.throw_if_errors(ExitCode::recipe);
    FAIL("nothing was thrown");
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::recipe);
    CHECK(error.diagnostics().size() == 3);
    const std::string text = error.what();
    CHECK(text.find("first") < text.find("second"));
    CHECK(text.find("= help: do this") != std::string::npos);
  }
}

TEST_CASE("a place is as much as is known") {
  CHECK(Place{}.text().empty());
  CHECK(place("", 0, 0).text() == "recipe.toml");
  CHECK(place("", 3, 0).text() == "recipe.toml:3");
  CHECK(place("", 3, 7).text() == "recipe.toml:3:7");
}

}  // namespace dltrain::test
