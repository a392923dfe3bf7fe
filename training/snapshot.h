// A run at one moment, in host memory: all that a checkpoint holds and a run needs to go on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/setting.h"
#include "formats/arrays/named_array.h"
#include "training/callback.h"
#include "training/model.h"
#include "training/position.h"

namespace dltrain::training {

using States = std::vector<formats::NamedArray>;  // by the names of the program's states

struct Snapshot {
  Position position;
  States states;                               // all of the program
  std::map<std::string, States> remembered;    // weights that callbacks wanted to keep, by their name
  Table callbacks;                             // CallbackList::states
};

// All states of the model; or, with `weights_only`, what a model.weights.h5 holds (weights and buffers).
States copy_states(Model& model, bool weights_only = false);
// Throws UserError (model), which begins with `source`, if a state is missing, unknown, or of another type.
void set_states(Model& model, const States& states, const std::string& source);

// Takes what the trainer wants to be saved. Errors of earlier saves may come out of later calls.
class Saver {
 public:
  virtual ~Saver() = default;
  // May return before the checkpoint is on the disk. `files` are logs that must be there first.
  virtual void save(Snapshot snapshot, std::vector<std::string> files, const SaveWish& wish) = 0;
  // What is needed to see a failed step again; where it is.
  virtual std::string save_failure(Snapshot before, const Table& report) = 0;
  virtual void export_weights(Model& model, const std::string& path) = 0;
  // Until all is on the disk.
  virtual void finish() = 0;
  // What went wrong, or otherwise must be said, since the last call.
  virtual std::vector<std::string> take_notices() = 0;
};

}  // namespace dltrain::training
