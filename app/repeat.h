// Training steps made again from a checkpoint, by the callbacks that decide and without those that write, to see
// whether the same bits come out: against a later checkpoint of the run itself, or against a second time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "training/checkpoint/manifest.h"

namespace dltrain::app {

// An undamaged checkpoint of a run.
struct GoodCheckpoint {
  std::string path;
  training::Manifest manifest;
};

// Two of a run with the most steps between them that are not more than `steps`; of equals the newest. Both were made
// with one recipe (but for its epochs), in the same surroundings. Empty where there are none.
struct Stretch {
  GoodCheckpoint from, to;
};
std::optional<Stretch> stretch_within(const std::vector<GoodCheckpoint>& checkpoints, int64_t steps);

// What differs after training from one to the other once more: names of states, "the history". Empty: every bit is
// the same. Throws UserError for data or recipes that are no longer there.
struct Repeated {
  std::vector<std::string> differing;
  size_t states = 0;
  std::vector<std::string> changes;  // since the checkpoint was made, where they explain why bits differ
};
Repeated repeat(const Stretch& stretch);
// The same after `steps` steps from a checkpoint, made twice.
Repeated repeat_twice(const std::string& checkpoint, int64_t steps);

}  // namespace dltrain::app
