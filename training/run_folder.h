// A run is a folder: runs/NAME/0001 with recipe, environment, history, checkpoints and model. Made before the first
// batch, so that a run cannot be lost for want of a place to put it. One process at a time owns it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/folder_lock.h"
#include "core/setting.h"
#include "models/spec.h"
#include "training/checkpoint/manifest.h"
#include "training/events.h"
#include "training/verdict.h"

namespace dltrain::training {

// run.json.
struct RunRecord {
  std::string name;
  std::string status;  // "running", "complete", "stopped", "interrupted", "failed"
  std::string reason;
  int64_t epoch = 0, epochs = 0, step = 0;
  double seconds = 0;
  Values values;
  uint64_t seed = 0;
  std::string initial_weights;  // what --init-from named, absolute; empty: nothing
  Surroundings surroundings;
  std::vector<Verdict> verdicts;  // on the bounds that the run was to keep, once it has ended
  Table batch_choice;  // what batch_size = "auto" came to (training/batch_choice.h); empty: the recipe says a number

  bool closed = true;  // false from the end of training until callbacks have heard of it

  bool ended() const { return status == "complete" || status == "stopped"; }
};

// Throws UserError (model) if there is no run.
RunRecord read_run_record(const std::string& run);

// Writes a small file into a folder, waits for the disk, renames it and takes it away again. Throws UserError (io) for
// what would keep others from being written.
void check_writable(const std::string& folder);

class RunFolder {
 public:
  // Makes the next free number under `directory`/NAME, or `path` itself if it is not empty (an error if that holds a
  // run already). Writes recipe.toml, resolved.toml and run.json, and proves so that files can be written there.
  static RunFolder create(const models::Spec& spec, const std::string& path, const std::string& recipe_text,
                          const std::string& canonical);
  // One that is there, for a run that goes on. Throws UserError: locked if another process works on it.
  static RunFolder open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const;
  RunRecord& record() { return record_; }
  // Replaces run.json by the record.
  void write();
  // Throws UserError (io) if something is in the way of what a run writes later.
  void check_places() const;
  // A changed recipe of a run that goes on.
  void write_resolved(const std::string& canonical);

 private:
  explicit RunFolder(std::string path);

  std::string path_;
  std::unique_ptr<FolderLock> lock_;
  RunRecord record_;
};

}  // namespace dltrain::training
