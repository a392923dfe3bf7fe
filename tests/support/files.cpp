#include "tests/support/files.h"

#include <cstdlib>
#include <filesystem>

#include "core/files.h"

namespace dltrain::test {

std::string fixture(const std::string& name) { return std::string(DLTRAIN_TESTS_FOLDER) + "/fixtures/" + name; }

TemporaryFolder::TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "dltrain-test-XXXXXX").string()) {
  REQUIRE(::mkdtemp(path_.data()) != nullptr);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, std::string_view text) const {
  return write(name, std::as_bytes(std::span(text)));
}

std::string TemporaryFolder::write(const std::string& name, std::span<const std::byte> bytes) const {
  std::string file = path(name);
  create_directories(parent_path(file));
  OutputFile out(file, OutputFile::Mode::truncate);
  out.write(bytes);
  out.close();
  return file;
}

}  // namespace dltrain::test
