// Recipe scripts: every file of tests/app/scripts is a session of a user at a shell, with what the program must answer.
// A new case needs no C++; scripts/README.md says how they are written.
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

constexpr int skip_code = 80;

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  for (const std::string& name : list_directory(source_path("tests/app/scripts"), ExitCode::io)) {
    if (name.ends_with(".txt")) names.push_back(name);
  }
  return names;
}

// Paths that differ between machines.
std::string normalised(std::string text, const std::string& folder) {
  for (const auto& [from, to] :
       {std::pair{folder, std::string("TMP")}, std::pair{source_path(""), std::string("SOURCE/")}}) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  return text;
}

std::string marked(const std::string& text, const std::string& mark) {
  std::string out;
  if (text.empty()) return out;
  const bool ended = text.ends_with('\n');
  for (const std::string& line : split(ended ? text.substr(0, text.size() - 1) : text, '\n'))
    out += mark + (line.empty() ? "(empty line)" : line) + "\n";
  return ended ? out : out + "  (no newline)\n";
}

struct Played {
  std::string text;
  bool skipped = false;
};

// The script as it really goes: its own comments and commands with the answers of the program.
Played play(const std::string& script, const std::string& folder) {
  Played played;
  const std::vector<std::string> lines = split(script, '\n');
  for (size_t i = 0; i < lines.size();) {
    if (!lines[i].starts_with("  $ ")) {
      if (!lines[i].starts_with("  ") && i + 1 < lines.size()) played.text += lines[i] + "\n";
      ++i;
      continue;
    }
    std::string command = lines[i].substr(4);
    played.text += lines[i++] + "\n";
    for (; i < lines.size() && lines[i].starts_with("  >"); ++i) {
      command += "\n" + (lines[i].size() > 4 ? lines[i].substr(4) : "");
      played.text += lines[i] + "\n";
    }
    const Ended ended = shell_in(folder, command);
    if (ended.code == skip_code) return {ended.out + ended.err, true};
    played.text += marked(normalised(ended.out, folder), "  ") + marked(normalised(ended.err, folder), "  ! ");
    if (ended.code != 0) played.text += "  [" + std::to_string(ended.code) + "]\n";
  }
  return played;
}

}  // namespace

TEST_CASE("the program answers as the scripts say") {
  const std::string name = GENERATE(from_range(script_names()));
  DYNAMIC_SECTION(name) {
    const std::string path = source_path("tests/app/scripts/" + name);
    const TemporaryFolder folder;
    const std::string expected = read_text(path, ExitCode::io);
    const Played played = play(expected, folder.path());
    if (played.skipped) SKIP(name << ": " << played.text);
    if (std::getenv("DLTRAIN_UPDATE_GOLDEN") != nullptr) write_file_durably(path, played.text);
    else CHECK(played.text == expected);
  }
}

}  // namespace dltrain::test
