// What one run came to, for summaries and reports of several.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/exit_code.h"
#include "training/events.h"
#include "training/verdict.h"

namespace dltrain::app {

struct RunResult {
  std::string name;
  std::string folder;
  uint64_t seed = 0;
  std::string status;  // "complete", "stopped", ...
  std::string reason;
  ExitCode code = ExitCode::ok;
  double seconds = 0;
  training::Values values;  // of the last epoch
  training::Values test;
  std::vector<training::Verdict> verdicts;

  int64_t missed() const {
    return std::count_if(verdicts.begin(), verdicts.end(), [](const training::Verdict& verdict) {
      return verdict.kind == training::Verdict::Kind::missed;
    });
  }
};

// As people read it: a callback that ends a run early is no abort.
inline std::string shown_status(const std::string& status) { return status == "stopped" ? "stopped early" : status; }

}  // namespace dltrain::app
