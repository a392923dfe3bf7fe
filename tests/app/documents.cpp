// The documents say what the program does: docs/reference is what it prints, and every recipe of
// docs/recipe-language.md and of README.md is read by it.
#include <cctype>
#include <cstdlib>
#include <map>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

// The lines of `dltrain list` that are not indented.
std::vector<std::string> families() {
  const TemporaryFolder folder;
  std::vector<std::string> names;
  for (const std::string& line : split(dltrain_in(folder.path(), {"list"}).out, '\n')) {
    if (!line.empty() && line[0] != ' ') names.push_back(line);
  }
  return names;
}

// The blocks of a page that begin ```toml.
std::vector<std::string> recipes_of(const std::string& page) {
  std::vector<std::string> blocks;
  const std::string text = read_text(source_path(page), ExitCode::io);
  const std::string opening = "```toml\n";
  for (size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at += opening.size();
    const size_t end = text.find("```", at);
    blocks.push_back(text.substr(at, end - at));
    at = end;
  }
  return blocks;
}

// Blocks of a list are indented.
std::string unindented(const std::string& block) {
  std::string text;
  for (const std::string& line : split(block, '\n')) text += std::string(trim(line)) + "\n";
  return text;
}

// A block may show one section; the others come from the first recipe of the page, which is whole.
std::string completed(const std::string& block, const std::string& whole) {
  std::string text = block;
  bool missing = false;
  for (const std::string& line : split(whole, '\n')) {
    if (line.starts_with("[") && line.find(']') != std::string::npos) {
      const std::string section = line.substr(1, line.find(']') - 1);
      missing = ("\n" + block).find("\n[" + section + "]") == std::string::npos &&
                ("\n" + block).find("\n[[" + section + ".") == std::string::npos;
    }
    if (missing) text += line + "\n";
  }
  return text;
}

void check_recipes(const std::string& page) {
  const std::vector<std::string> blocks = recipes_of(page);
  REQUIRE(!blocks.empty());
  for (const std::string& block : blocks) {
    const TemporaryFolder folder;
    write_file_durably(folder.file("recipe.toml"), completed(block, blocks.front()));
    const Ended ended = dltrain_in(folder.path(), {"explain", "recipe.toml", "--stage", "spec"});
    INFO(page << ":\n" << block << ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.err.empty());
  }
}

}  // namespace

TEST_CASE("docs/reference is up to date") {
  const TemporaryFolder folder;
  REQUIRE(families().size() >= 10);
  for (const std::string& family : families()) {
    const Ended page = dltrain_in(folder.path(), {"explain", family, "--markdown"});
    REQUIRE(page.code == 0);
    std::string name = page.out.substr(2, page.out.find('\n') - 2);
    name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    const std::string path = source_path("docs/reference/" + name + ".md");
    if (std::getenv("DLTRAIN_UPDATE_GOLDEN") != nullptr) write_file_durably(path, page.out);
    INFO(path << " is stale; to write it anew: DLTRAIN_UPDATE_GOLDEN=1 and this test");
    REQUIRE(exists(path));
    CHECK(read_text(path, ExitCode::io) == page.out);
  }
}

TEST_CASE("the manual page is up to date") {
  const TemporaryFolder folder;
  const Ended page = dltrain_in(folder.path(), {"manual"});
  REQUIRE(page.code == 0);
  const std::string path = source_path("docs/man/dltrain.1");
  if (std::getenv("DLTRAIN_UPDATE_GOLDEN") != nullptr) write_file_durably(path, page.out);
  INFO(path << " is stale; to write it anew: DLTRAIN_UPDATE_GOLDEN=1 and this test");
  CHECK(read_text(path, ExitCode::io) == page.out);
}

TEST_CASE("the recipes of the language's description are recipes") { check_recipes("docs/recipe-language.md"); }

TEST_CASE("the page of the zoo does what it says") {
  check_recipes("docs/how-to/zoo.md");
  const TemporaryFolder folder;
  write_file_durably(folder.file("recipe.toml"), recipes_of("docs/how-to/zoo.md").front());
  size_t commands = 0;
  for (const std::string& line : split(read_text(source_path("docs/how-to/zoo.md"), ExitCode::io), '\n')) {
    if (!line.starts_with("    dltrain ")) continue;
    const Ended ended = shell_in(folder.path(), line);
    INFO(line << "\n" << ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.err.empty());
    CHECK(!ended.out.empty());
    ++commands;
  }
  CHECK(commands >= 6);
}

TEST_CASE("the recipe of the README is a recipe") { check_recipes("README.md"); }

TEST_CASE("what the pages of hints advise can be written in a recipe") {
  size_t blocks = 0;
  for (const std::string& name : list_directory(source_path("docs/hints"), ExitCode::io)) {
    for (const std::string& block : recipes_of("docs/hints/" + name)) {
      const TemporaryFolder folder;
      const std::string whole = recipes_of("README.md").front();
      write_file_durably(folder.file("recipe.toml"), completed(unindented(block), whole));
      const Ended ended = dltrain_in(folder.path(), {"explain", "recipe.toml", "--stage", "spec"});
      INFO(name << ":\n" << block << ended.err);
      CHECK(ended.code == 0);
      ++blocks;
    }
  }
  CHECK(blocks >= 10);
}

TEST_CASE("explain prints the page of a hint without how it is measured") {
  const TemporaryFolder folder;
  const std::string list = dltrain_in(folder.path(), {"explain", "hints"}).out;
  size_t explained = 0;
  for (const std::string& name : list_directory(source_path("docs/hints"), ExitCode::io)) {
    if (name == "README.md") continue;
    const std::string code = name.substr(0, name.size() - 3),
                      page = read_text(source_path("docs/hints/" + name), ExitCode::io);
    const std::string text = dltrain_in(folder.path(), {"explain", code}).out;
    INFO(code);
    CHECK(list.find(code + ": ") != std::string::npos);
    CHECK(text.starts_with(code + ": "));
    CHECK(text.find("What to do") != std::string::npos);
    CHECK(text.find("## ") == std::string::npos);
    CHECK(dltrain_in(folder.path(), {"explain", code, "--markdown"}).out == page);
    ++explained;
  }
  CHECK(explained >= 9);
}

}  // namespace dltrain::test
