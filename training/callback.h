// Callbacks see events and answer with wishes from a closed set; they never touch the model. They run in the order of
// the recipe, the standard ones last. What one remembers is part of every checkpoint, so that a run that goes on
// behaves as if it had never been interrupted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/setting.h"
#include "models/kinds.h"
#include "models/spec.h"
#include "training/events.h"

namespace dltrain::models {
class Program;
}

namespace dltrain::training {

class Observer;

// How many checkpoints stay, and how many in a row may fail before the run ends.
struct Retention {
  int64_t last = 2;
  int64_t best = 1;
  int64_t misses = 2;
};

// A checkpoint of this moment.
struct SaveWish {
  Retention keep;
  std::string monitor;          // what `best` means
  std::optional<double> value;  // of it; none where nothing was measured: the checkpoint is no candidate for the best
  bool largest = false;  // the best is the largest
};

// What a callback may ask for. Granted when all callbacks have seen the event, in the order of the members.
struct Wishes {
  std::vector<std::string> remember;  // keep a copy of all weights under this name, in checkpoints too
  bool swap_averages = false;  // exchange the weights and their averages (use_ema)
  std::vector<std::string> restore;  // put the weights back that were remembered under this name
  std::optional<double> learning_rate;  // of all steps from now on; the optimizer's own no longer counts
  std::optional<std::string> stop;  // ends training after this; the reason
  std::vector<std::string> export_weights;  // write the weights to this file, which Keras can read
  std::optional<SaveWish> save;
  std::vector<std::string> notices;  // to be said
  std::vector<Hint> hints;  // to be said, as events that every callback sees
};

// What a callback is told before the first event.
struct CallbackContext {
  const models::Spec& spec;
  std::string folder;  // of the run
  std::string recipe_text;  // as the user wrote it
  std::vector<std::string> values;  // the names that EpochDone will have: "loss", "accuracy", "val_loss", ...
  int64_t steps_per_epoch = 0;
  Observer* observer = nullptr;  // looks at the model; null where there is none
};

class Callback {
 public:
  virtual ~Callback() = default;

  // Once, before anything else. Throws UserError for what cannot work, before a single step was made. Opens no files
  // yet: see open().
  virtual void prepare(const CallbackContext&) {}
  // A value that it watches: must be among CallbackContext::values. Empty: none.
  virtual std::string monitored() const { return {}; }
  // Whether it sets the learning rate; at most one may, and none beside a schedule.
  virtual bool sets_learning_rate() const { return false; }

  // Whether all it does is outside: it writes logs or starts programs. Left out where steps are only made again.
  virtual bool only_records() const { return false; }
  // How many checkpoints it wants to stay; none if it saves none.
  virtual std::optional<Retention> keeps() const { return {}; }

  // What it remembers. restore(state()) on another object of the same parameters makes that one go on exactly as this
  // one would. Where it writes a log, the state holds the file's length, and everything up to it has been written.
  virtual Table state() { return {}; }
  virtual void restore(const Table&) {}
  // Files that must be on the disk up to their present length before a checkpoint counts.
  virtual std::vector<std::string> files() const { return {}; }
  // About what its files will take when all epochs are done, in bytes; to be asked before the first event.
  virtual int64_t log_bytes(const models::Program&) { return 0; }
  // Makes its files, or shows that they can be made: what cannot be written is found before training. After restore(),
  // if the run goes on: what is beyond the lengths of the state is cut off.
  virtual void open() {}

  virtual void on(const Event& event, Wishes& wishes) = 0;
};

using CallbackRegistry = models::Kinds<Callback>;
// All that a recipe can name, from the files of training/callbacks.
const CallbackRegistry& callback_registry();

}  // namespace dltrain::training
