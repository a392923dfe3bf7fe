// A run as `dltrain compare` sees it: what it was made with and what it came to.
#pragma once

#include <string>
#include <vector>

#include "models/spec.h"
#include "training/run_folder.h"

namespace dltrain::app {

struct RunSeen {
  std::string folder;
  training::RunRecord record;
  models::Spec spec;         // as it was trained
  training::Values results;  // of the last epoch and the test part, then "best val_loss" ...: over the epochs
};

// The runs that the paths name: runs, or folders with runs in them. Throws UserError (model) for what is no run.
std::vector<RunSeen> see_runs(const std::vector<std::string>& paths);

// What a run's model takes, where it can still be assembled.
struct RunCost {
  int64_t parameters = -1;  // trained; -1: not known
  int64_t memory = -1;      // bytes while training, planned
};
RunCost cost_of_run(const RunSeen& run);

}  // namespace dltrain::app
