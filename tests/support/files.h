// Files for tests: fixtures of the repository, and folders that vanish with the test.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"

namespace dltrain::test {

// tests/fixtures/NAME
std::string fixture(const std::string& name);

// A new empty folder, removed with all its contents at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file (with its folders) and returns its path.
  std::string write(const std::string& name, std::string_view text) const;
  std::string write(const std::string& name, std::span<const std::byte> bytes) const;

 private:
  std::string path_;
};

// The message of the UserError that `f` throws; a failed check if it throws none.
template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const UserError& error) {
    return error.what();
  }
  FAIL_CHECK("no error was thrown");
  return {};
}

}  // namespace dltrain::test
