// Every recipe of tests/app/messages with what `dltrain check` says of it, by the whole program: layers, losses, data and
// devices as they are. "# options: ..." in the first line goes to the command line. Memory and places that differ between
// machines are left out of the text. To accept new texts: DLTRAIN_UPDATE_GOLDEN=1
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

std::string outcome(const std::string& folder, const std::string& file) {
  const std::string text = read_text(folder + "/" + file, ExitCode::io);
  const std::string mark = "# options: ";
  const std::string options = text.starts_with(mark) ? text.substr(mark.size(), text.find('\n') - mark.size()) : "";
  const std::string device = text.find("device = ") == std::string::npos ? "--device reference " : "";
  const Ended ended = shell_in(folder, "dltrain check --quiet " + device + options + " " + file +
                                           " 2>&1 >/dev/null | sed -E 's/[0-9.]+ [KMGTPE]iB/SIZE/g'");
  return ended.out;
}

}  // namespace

TEST_CASE("the program says of wrong recipes what golden files hold", "[golden]") {
  const std::string folder = source_path("tests/app/messages");
  size_t cases = 0;
  for (const std::string& file : list_directory(folder, ExitCode::io)) {
    if (!file.ends_with(".toml")) continue;
    ++cases;
    const std::string expected_path = folder + "/" + file.substr(0, file.size() - 5) + ".txt";
    const std::string found = outcome(folder, file);
    INFO("recipe " << file);
    CHECK(!found.empty());
    if (std::getenv("DLTRAIN_UPDATE_GOLDEN") != nullptr) {
      write_file_durably(expected_path, found);
      continue;
    }
    CHECK(found == (exists(expected_path) ? read_text(expected_path, ExitCode::io) : ""));
  }
  CHECK(cases >= 90);
}

TEST_CASE("no recipe of ours is warned of") {
  const TemporaryFolder folder;
  size_t cases = 0, with_data = 0;
  for (const std::string below : {"", "/benchmarks"}) {
    for (const std::string& file : list_directory(source_path("recipes" + below), ExitCode::io)) {
      if (!file.ends_with(".toml")) continue;
      ++cases;
      const std::string recipe = "'" + source_path("recipes" + below + "/" + file) + "'";
      const std::string check = "DLTRAIN_DATA=$TEST_DATA dltrain check --quiet --static ";
      const Ended seen = shell_in(folder.path(), check + recipe);
      INFO(file << ":\n" << seen.err);
      if (seen.code == static_cast<int>(ExitCode::data)) continue;  // the data is not on this machine
      CHECK(seen.err.empty());
      CHECK(seen.code == 0);
      // With the values of the data: the recipes that take a second, not those that take many.
      if (!below.empty() || file.find("cnn") != std::string::npos) continue;
      const Ended read = shell_in(folder.path(), "DLTRAIN_DATA=$TEST_DATA dltrain check --quiet " + recipe);
      INFO(read.err);
      CHECK(read.err.empty());
      CHECK(read.code == 0);
      ++with_data;
    }
  }
  CHECK(cases >= 15);
  CHECK(with_data >= 2);
}

}  // namespace dltrain::test
