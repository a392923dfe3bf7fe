// The table of codes (core/code.h) against the house: each kind of mistake is said somewhere, has a page, and its message
// stands in a golden file, where its wording is reviewed.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/code.h"
#include "core/files.h"
#include "core/text.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

// The texts of all files below a folder of the repository that end so.
void collect(const std::string& folder, const std::vector<std::string>& endings, std::string& texts) {
  for (const std::string& name : list_directory(source_path(folder), ExitCode::io)) {
    const std::string path = folder + "/" + name;
    if (is_directory(source_path(path))) collect(path, endings, texts);
    else if (std::any_of(endings.begin(), endings.end(), [&](const auto& e) { return name.ends_with(e); }))
      texts += read_text(source_path(path), ExitCode::io);
  }
}

// Their messages depend on more than the program: on a disk, a driver, the memory and processors of the machine, another
// process or a signal at the right moment.
// tests/faults, tests/backends and tests/cuda bring them about.
const std::set<std::string_view> without_golden_case = {"E1305", "E1402", "E1403", "E1405", "E1406", "E1407", "E1408",
                                                        "E1409", "E1410", "E1411", "E1412", "E1413", "E1414", "E1415",
                                                        "E1416", "E1417", "W1419", "E1702", "E1707", "W0406"};

}  // namespace

TEST_CASE("numbers and names of codes are unique, and stand in their order") {
  std::set<std::string_view> digits, names;
  std::string_view before;
  for (const CodeEntry& entry : code_table) {
    INFO(entry.number << " " << entry.name);
    CHECK(entry.number.size() == 5);
    CHECK((entry.number.front() == 'E' || entry.number.front() == 'W'));
    CHECK(digits.insert(entry.number.substr(1)).second);
    CHECK(names.insert(entry.name).second);
    CHECK(before < entry.number.substr(1));
    before = entry.number.substr(1);
  }
}

TEST_CASE("every code is said somewhere") {
  std::string sources;
  for (const char* folder : {"core", "graph", "backends", "layers", "models", "formats", "datasets", "training", "app"})
    collect(folder, {".cpp"}, sources);
  for (const CodeEntry& entry : code_table) {
    INFO(entry.number << " " << entry.name << ": no source file names it");
    CHECK(sources.find("\"" + std::string(entry.name) + "\"") != std::string::npos);
  }
}

TEST_CASE("every code has a page, and every page a code") {
  const std::string list = read_text(source_path("docs/errors/README.md"), ExitCode::io);
  for (const CodeEntry& entry : code_table) {
    const std::string path = source_path("docs/errors/" + std::string(entry.number) + ".md");
    INFO(path);
    REQUIRE(exists(path));
    const std::string number(entry.number), page = read_text(path, ExitCode::io);
    CHECK(page.starts_with("# " + number + ": "));
    const std::string title = page.substr(number.size() + 4, page.find('\n') - number.size() - 4);
    CHECK(list.find("| [" + number + "](" + number + ".md) | " + std::string(entry.name) + " | " + title + " |") !=
          std::string::npos);
  }
  for (const std::string& name : list_directory(source_path("docs/errors"), ExitCode::io)) {
    INFO(name);
    if (name != "README.md") CHECK(find_code(name.substr(0, name.size() - 3)) != nullptr);
  }
}

TEST_CASE("every code stands in a golden file, as the error or warning that it is") {
  std::string goldens;
  for (const char* folder : {"tests/golden", "tests/models/recipe/golden", "tests/app/scripts", "tests/app/messages"})
    collect(folder, {".txt"}, goldens);
  CHECK(goldens.find("error[W") == std::string::npos);
  CHECK(goldens.find("warning[E") == std::string::npos);
  for (const CodeEntry& entry : code_table) {
    if (without_golden_case.contains(entry.number)) continue;
    INFO(entry.number << " " << entry.name);
    CHECK(goldens.find("[" + std::string(entry.number) + "]: ") != std::string::npos);
  }
}

}  // namespace dltrain::test
