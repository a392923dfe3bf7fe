#include "tests/support/golden.h"

#include <cstdlib>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/support/paths.h"

namespace dltrain::test {

void check_golden(const std::string& name, const std::string& text) {
  const std::string path = source_path("tests/golden/" + name);
  if (std::getenv("DLTRAIN_UPDATE_GOLDEN") != nullptr) {
    create_directories(parent_path(path));
    write_file_durably(path, text);
    return;
  }
  INFO("golden file " << path << "; to accept: DLTRAIN_UPDATE_GOLDEN=1");
  const std::string expected = exists(path) ? read_text(path, ExitCode::io) : "";
  CHECK(text == expected);
}

void GoldenSections::replace(const std::string& from, const std::string& to) {
  for (auto& [title, text] : sections_) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
}

void GoldenSections::check() const {
  std::string all;
  for (const auto& [title, text] : sections_) {
    if (!all.empty()) all += "\n";
    all += "## " + title + "\n" + text;
    if (!all.ends_with('\n')) all += "\n";
  }
  check_golden(name_, all);
}

}  // namespace dltrain::test
