// Small helpers around files and messages.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "tests/support/paths.h"

namespace dltrain::test {

// Writes a file into a folder (with the folders of `name`) and returns its path.
std::string write(const TemporaryFolder& folder, const std::string& name, std::string_view text);
std::string write(const TemporaryFolder& folder, const std::string& name, std::span<const std::byte> bytes);

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
