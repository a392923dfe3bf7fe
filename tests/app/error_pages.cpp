// The pages of docs/errors show what they say: their wrong example gives exactly the code of the page, their right one
// none. An example is a recipe, which is checked, or a session at a shell with digits.toml and iris.toml in its folder.
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "core/code.h"
#include "core/files.h"
#include "core/text.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

// Pages without examples: what a disk, a device, a driver, another process or a signal must bring about, and what takes
// files that no line of a shell writes. Scripts in tests/app/scripts and tests/faults show these.
constexpr size_t most_without_examples = 25;

struct Block {
  std::string language, text;
};

// The block behind a heading; empty if there is none.
Block block_of(const std::string& page, const std::string& heading) {
  const size_t at = page.find("\n## " + heading + "\n");
  if (at == std::string::npos) return {};
  const size_t open = page.find("```", at);
  const size_t line = page.find('\n', open);
  return {page.substr(open + 3, line - open - 3), page.substr(line + 1, page.find("\n```", line) - line)};
}

// The commands of a session, as one text for the shell.
std::string commands_of(const std::string& session) {
  std::string commands;
  for (const std::string& line : split(session, '\n')) {
    if (line.starts_with("$ ") || line.starts_with("> ")) commands += line.substr(2) + "\n";
  }
  return commands;
}

std::set<std::string> codes_in(const std::string& text) {
  std::set<std::string> codes;
  for (const char* mark : {"error[", "warning["}) {
    const std::string opening = mark;
    for (size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1))
      codes.insert(text.substr(at + opening.size(), 5));
  }
  return codes;
}

Ended played(const Block& block) {
  const TemporaryFolder folder;
  for (const std::string name : {"digits.toml", "iris.toml"})
    write_file_durably(folder.file(name), read_text(source_path("recipes/" + name), ExitCode::io));
  if (block.language == "console") return shell_in(folder.path(), commands_of(block.text));
  REQUIRE(block.language == "toml");
  write_file_durably(folder.file("recipe.toml"), block.text);
  return dltrain_in(folder.path(), {"check", "recipe.toml"});
}

}  // namespace

TEST_CASE("the examples of the pages of codes are wrong and right as they say") {
  size_t without = 0;
  for (const CodeEntry& entry : code_table) {
    const std::string number(entry.number);
    const std::string page = read_text(source_path("docs/errors/" + number + ".md"), ExitCode::io);
    const Block wrong = block_of(page, "Wrong"), right = block_of(page, "Right");
    INFO(number << " " << entry.name);
    CHECK(wrong.text.empty() == right.text.empty());
    if (wrong.text.empty()) {
      ++without;
      continue;
    }
    const Ended refused = played(wrong), taken = played(right);
    INFO("wrong:\n" << refused.err << "right:\n" << taken.err);
    CHECK(codes_in(refused.err) == std::set<std::string>{number});
    CHECK((refused.code != 0) == (number[0] == 'E'));
    CHECK(codes_in(taken.err).empty());
    CHECK(taken.code == 0);
  }
  CHECK(without <= most_without_examples);
}

TEST_CASE("explain prints the page of a code by number and by name, and all titles") {
  const TemporaryFolder folder;
  const Ended by_number = dltrain_in(folder.path(), {"explain", "e0201"});
  CHECK(by_number.code == 0);
  CHECK(by_number.out.starts_with("E0201: there is no such key\n\n"));
  CHECK(by_number.out.find("```") == std::string::npos);
  CHECK(dltrain_in(folder.path(), {"explain", "unknown-key"}).out == by_number.out);
  CHECK(dltrain_in(folder.path(), {"explain", "E0201", "--markdown"}).out ==
        read_text(source_path("docs/errors/E0201.md"), ExitCode::io));
  const std::string titles = dltrain_in(folder.path(), {"explain", "errors"}).out;
  CHECK(split(titles, '\n').size() == std::size(code_table) + 1);
  CHECK(dltrain_in(folder.path(), {"explain", "E02011"}).err.find("did you mean \"E0201\"?") != std::string::npos);
}

}  // namespace dltrain::test
