// The warnings of a check, each once, however often its parts meet the same.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/diagnostic.h"

namespace dltrain::app {

class Findings {
 public:
  // `print`: each new message goes to standard error at once.
  explicit Findings(bool print) : print_(print) {}

  void add(const Diagnostics& diagnostics);
  const std::vector<Diagnostic>& warnings() const { return warnings_; }
  // Messages without the warnings that are known already.
  std::vector<Diagnostic> without_known(std::vector<Diagnostic> messages) const;

 private:
  bool print_;
  std::set<std::string> known_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace dltrain::app
