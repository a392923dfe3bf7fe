// Golden files: texts that the program produces, kept in tests/golden/, so that a change of wording is reviewed like
// code. To write them anew: DLTRAIN_UPDATE_GOLDEN=1 build/release/bin/dltrain_test_NAME
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dltrain::test {

// Checks that `text` is what tests/golden/NAME holds.
void check_golden(const std::string& name, const std::string& text);

// Several short texts in one golden file, each under a heading "## title".
class GoldenSections {
 public:
  explicit GoldenSections(std::string name) : name_(std::move(name)) {}
  void add(const std::string& title, std::string text) { sections_.emplace_back(title, std::move(text)); }
  // Replaces every `from` in what was added, e.g. the path of a temporary folder.
  void replace(const std::string& from, const std::string& to);
  void check() const;

 private:
  std::string name_;
  std::vector<std::pair<std::string, std::string>> sections_;
};

}  // namespace dltrain::test
