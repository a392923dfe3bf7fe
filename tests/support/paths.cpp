#include "tests/support/paths.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace dltrain::test {

std::string source_path(const std::string& relative) { return std::string(DLTRAIN_SOURCE_DIR) + "/" + relative; }
std::string fixture_path(const std::string& relative) { return source_path("tests/fixtures/" + relative); }

TemporaryFolder::TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "dltrain-test-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder can be made: " + path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dltrain::test
