// Where tests find their files.
#pragma once

#include <string>

namespace dltrain::test {

// Absolute path of a file of the repository, e.g. source_path("recipes/digits.toml").
std::string source_path(const std::string& relative);
// The same below tests/fixtures.
std::string fixture_path(const std::string& relative);

// An empty folder of its own below the system's temporary folder, removed with its contents at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace dltrain::test
