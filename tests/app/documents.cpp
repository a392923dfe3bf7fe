// The documents that the program prints: docs/reference and the manual page are what it says, `explain` prints docs/hints.
// What other pages say is followed by pages.cpp.
#include <cctype>
#include <cstdlib>

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
