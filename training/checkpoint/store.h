// The folder "checkpoints" of a run: step-00001234 for each. The newest good one is where a run goes on; RUN/best is a
// link to the best.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "training/callback.h"
#include "training/checkpoint/manifest.h"

namespace dltrain::training {

struct StoredCheckpoint {
  std::string path;
  int64_t step = 0;
  int64_t number = 1;  // of several at the same step
  std::optional<Rank> rank;
};

// Oldest first, by names alone; empty where there is no such folder.
std::vector<StoredCheckpoint> list_checkpoints(const std::string& run);

// The same with their ranks, without damaged ones. Quick looks at the manifests alone, else at every byte.
std::vector<StoredCheckpoint> ranked_checkpoints(const std::string& run, bool quick);

// The newest that is undamaged. What is wrong with newer ones is added to `notes`, a sentence each.
std::optional<StoredCheckpoint> newest_checkpoint(const std::string& run, std::vector<std::string>& notes);

// The undamaged one with the best value; the newest where none has a value.
std::optional<StoredCheckpoint> best_checkpoint(const std::string& run);

class CheckpointStore {
 public:
  // Makes the folder, reads what is there, and takes away what an earlier process left half-written.
  explicit CheckpointStore(const std::string& run);

  // A name that is free.
  std::string path_for(int64_t step) const;
  // Has been written. Links the best, and removes what `keep` does not name: only after the new one is complete.
  void added(const std::string& path, int64_t step, const std::optional<Rank>& rank, const Retention& keep);

 private:
  void link_best();
  void prune(const Retention& keep);

  std::string run_, folder_;
  std::vector<StoredCheckpoint> checkpoints_;  // good ones, oldest first
};

}  // namespace dltrain::training
