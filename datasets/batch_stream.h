// The batches of one pass over a part, prepared by one thread ahead of the consumer, so that reading never blocks
// training.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "datasets/dataset.h"

namespace dltrain::datasets {

constexpr int64_t batches_ahead = 4;
// With the one that is in use.
constexpr int64_t batches_in_memory = batches_ahead + 1;

struct StreamOptions {
  Part part = Part::train;
  int64_t batch_size = 32;
  bool drop_last = false;   // leave out the last batch if it is smaller
  bool shuffle = false;     // by epoch_order(seed, epoch); else in the order of the data
  uint64_t seed = 0;
  int64_t epoch = 0;
  int64_t first_batch = 0;  // where a resumed pass goes on
  int64_t first_row = 0;    // the pass leaves out so many samples of the order; batches are counted behind them
  std::optional<int64_t> limit = std::nullopt;  // the pass ends after so many batches
  int64_t prefetch = batches_ahead;  // batches prepared ahead; 0: none, and no thread. There is no thread either if the
      // first batch shows that reading costs less than handing over
  const std::atomic<bool>* stop = nullptr;  // when it becomes true, next() ends early
};

// Batches of a pass: with drop_last the full ones only.
int64_t batch_count(int64_t samples, int64_t batch_size, bool drop_last);

// Used by one consumer. The destructor ends the thread, wherever it is.
class BatchStream {
 public:
  // `dataset` outlives the stream.
  BatchStream(const Dataset& dataset, const StreamOptions& options);
  ~BatchStream();
  BatchStream(BatchStream&&) noexcept;

  // The next batch into `batch`, whose memory is taken back for a later one. False at the end, or after *stop. Rethrows
  // what the thread met when its batch is due.
  bool next(Batch& batch);
  // Batches of the pass, those before first_batch included.
  int64_t batches() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace dltrain::datasets
