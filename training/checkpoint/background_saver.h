// Writes checkpoints in a thread of its own: training waits for the copy of the states only. At most one is being
// written and two wait (the newest and the best), or none waits where they are large; then training waits.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "training/checkpoint/checkpoint.h"
#include "training/checkpoint/store.h"
#include "training/snapshot.h"

namespace dltrain::training {

// The same in every checkpoint of a run.
struct CheckpointFrame {
  std::string recipe;    // canonical
  std::string contract;
  Surroundings surroundings;
  Table kernels;  // that were chosen by timing
};

class BackgroundSaver : public Saver {
 public:
  // `run` is the folder of the run; `program` outlives the saver.
  BackgroundSaver(const models::Program& program, const std::string& run, CheckpointFrame frame);
  ~BackgroundSaver() override;

  // A checkpoint that cannot be written is said by a notice; one more in a row than may be missed ends the run:
  // UserError (io).
  void save(Snapshot snapshot, std::vector<std::string> logs, const SaveWish& wish) override;
  std::string save_failure(Snapshot before, const Table& report) override;
  void export_weights(Model& model, const std::string& path) override;
  // Throws what the newest checkpoint met.
  void finish() override;
  std::vector<std::string> take_notices() override;

 private:
  struct Job {
    CheckpointContent content;
    std::vector<std::string> logs;
    Retention keep;
  };

  void work();
  std::exception_ptr write_first(std::unique_lock<std::mutex>& lock) noexcept;
  void note_failure(int64_t step, const char* what) noexcept;
  void write(const Job& job);
  void sync_logs(const std::vector<std::string>& logs);
  void add(Job job);

  CheckpointContent content_of(Snapshot snapshot) const;

  const models::Program& program_;
  std::string run_;
  CheckpointFrame frame_;
  CheckpointStore store_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job> waiting_;  // oldest first
  bool busy_ = false, closing_ = false;
  int64_t failures_ = 0;  // in a row
  std::exception_ptr failure_;  // of the newest, if it failed
  std::vector<std::string> notices_;
  std::set<std::string> warned_logs_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace dltrain::training
