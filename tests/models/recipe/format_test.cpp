// dltrain fmt changes nothing but blanks: the parsed values are equal and all comments are kept, over every recipe of the
// repository and over the same recipes with their blanks and line breaks thrown about; and it leaves its own style alone.
#include "models/recipe/format.h"

#include <random>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "core/files.h"
#include "models/recipe/parse.h"
#include "models/recipe/tokens.h"
#include "tests/support/paths.h"

namespace dltrain::test {

using models::comments_of;
using models::formatted;
using models::Token;

namespace {

void collect(const std::string& folder, std::vector<std::string>& paths) {
  for (const std::string& name : list_directory(folder, ExitCode::io)) {
    const std::string path = join_path(folder, name);
    if (is_directory(path)) collect(path, paths);
    else if (name.ends_with(".toml")) paths.push_back(path);
  }
}

// Every TOML text of the repository that is TOML: recipes, those of fixtures, mistakes that are not of syntax.
std::vector<std::string> texts() {
  std::vector<std::string> paths, found;
  for (const char* folder : {"recipes", "tests"}) collect(source_path(folder), paths);
  for (const std::string& path : paths) {
    try {
      found.push_back(read_text(path, ExitCode::io));
      models::parse_recipe(path, found.back());
    } catch (const UserError&) {
      found.pop_back();
    }
  }
  return found;
}

// As text, in which "not a number" equals itself.
std::string parsed(const std::string& text) { return Setting(models::parse_recipe("recipe.toml", text).table).toml(); }

// The same text with other blanks, line breaks where TOML 1.1 allows them, and empty lines.
class Thrower {
 public:
  explicit Thrower(unsigned seed) : random_(seed) {}

  std::string throw_about(const std::string& text) {
    out_.clear();
    size_t depth = 0;
    bool value = false, header = false, begins = true;
    for (const Token& token : models::tokens_of(text)) {
      if (token.kind == Token::Kind::blank) continue;
      if (token.kind == Token::Kind::newline) {
        if (depth == 0 || after_comment_ || chance(3)) out_ += chance(4) ? "\r\n" : "\n";
        if (depth == 0) value = header = false, begins = true;
        after_comment_ = false;
        for (int i = pick(3); i > 0 && chance(2); --i) out_ += "  \n";
        continue;
      }
      header = header || (begins && token.is("["));
      if (!header) add_blank();
      if (depth > 0 && (token.is("]") || token.is("}"))) add_break();
      out_ += token.text;
      begins = false;
      after_comment_ = token.kind == Token::Kind::comment;
      if (after_comment_) add_blank();
      if (header) continue;
      value = value || token.is("=");
      if (value && (token.is("[") || token.is("{"))) ++depth;
      if (value && (token.is("]") || token.is("}"))) --depth;
      if (depth > 0 && (token.is("[") || token.is("{") || token.is(","))) add_break();
    }
    return out_;
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool chance(int one_in) { return pick(one_in) == 0; }
  void add_blank() {
    for (int i = pick(4); i > 1; --i) out_ += chance(3) ? '\t' : ' ';
  }
  void add_break() {
    for (int i = pick(3); i > 0 && chance(2); --i) out_ += "\n";
  }

  std::mt19937 random_;
  std::string out_;
  bool after_comment_ = false;
};

void check(const std::string& text, const std::string& meaning, const std::vector<std::string>& comments) {
  const std::string once = formatted("recipe.toml", text);
  INFO("before:\n" << text << "\nafter:\n" << once);
  REQUIRE(parsed(once) == meaning);
  REQUIRE(comments_of(once) == comments);
  REQUIRE(formatted("recipe.toml", once) == once);
}

}  // namespace

TEST_CASE("tokens put together again are the text") {
  for (const std::string& text : texts()) {
    std::string again;
    for (const Token& token : models::tokens_of(text)) again += token.text;
    std::string plain;  // blanks behind comments are no tokens
    for (const char c : text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text) plain += c;
    if (again != plain) CHECK(comments_of(text) == comments_of(again));
    else CHECK(again == plain);
  }
}

TEST_CASE("formatting keeps values and comments, and its own style, in every recipe") {
  const std::vector<std::string> all = texts();
  REQUIRE(all.size() > 150);
  for (const std::string& text : all) check(text, parsed(text), comments_of(text));
}

TEST_CASE("formatting keeps values and comments wherever blanks and line breaks are") {
  Thrower thrower(7);
  size_t lines = 0;
  for (const std::string& text : texts()) {
    if (text.size() > 20'000) continue;
    const std::string meaning = parsed(text);
    const std::vector<std::string> comments = comments_of(text);
    for (int i = 0; i < 20; ++i) {
      const std::string thrown = thrower.throw_about(text);
      INFO(thrown);
      REQUIRE(parsed(thrown) == meaning);  // else the test is wrong
      check(thrown, meaning, comments);
      lines += comments.size();
    }
  }
  CHECK(lines > 1000);
}

TEST_CASE("the style of recipes") {
  const std::string text =
      "\n\n# A recipe.\nname='x'\n\n\n[data]\n\n type   =\t\"digits\"   # ships\n\n\n   # of validation\n[ data . validation ]\n"
      "split=0.1\n[model]\nlayers=[\n'Flatten',\n\n\n      {type=\"Dense\",units=64,activation=\"relu\"}, # hidden\n"
      "  \"ReLU\",# short\n{\ntype=\"Dense\",\n# how many\nunits=10 , },\n]\nmatrix = [[1,2],\n[3,4]]\nempty = { }\nnone=[ ]\n"
      "long = \"\"\"\n  keeps \n its blanks\"\"\"\npath='C:\\data'\nquoted='say \"x\"'\n[[ callbacks ]]\ntype=\"Timer\"\n\n\n";
  CHECK(
      formatted("recipe.toml", text) ==
      "# A recipe.\nname = \"x\"\n\n[data]\ntype = \"digits\"  # ships\n\n# of validation\n[data.validation]\nsplit = 0.1\n"
      "\n[model]\nlayers = [\n  \"Flatten\",\n\n  { type = \"Dense\", units = 64, activation = \"relu\" },  # hidden\n"
      "  \"ReLU\",                                               # short\n  {\n    type = \"Dense\",\n    # how many\n"
      "    units = 10, },\n]\nmatrix = [[1, 2],\n  [3, 4]]\nempty = {}\nnone = []\n"
      "long = \"\"\"\n  keeps \n its blanks\"\"\"\npath = 'C:\\data'\nquoted = 'say \"x\"'\n\n[[callbacks]]\ntype = \"Timer\"\n");
}

TEST_CASE("what is not TOML is not formatted") {
  CHECK_THROWS_AS(formatted("recipe.toml", "a = "), UserError);
  CHECK_THROWS_AS(formatted("recipe.toml", "a = \"open"), UserError);
}

}  // namespace dltrain::test
