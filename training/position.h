// Where a run is: what the trainer must know, beside the states on the device, to go on from there as if nothing had
// happened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/setting.h"
#include "training/events.h"

namespace dltrain::training {

struct Position {
  int64_t epoch = 1;           // the one under way, from 1
  bool epoch_started = false;  // EpochStarted was emitted for it
  int64_t first_row = 0;       // its samples that were seen in batches of another size, in an earlier process
  int64_t batches = 0;         // of it, done since then
  int64_t step = 0;            // optimizer steps done since the start of the run
  int64_t step_in_epoch = 0;   // since first_row, as batches
  int64_t micro_batch = 0;     // batches of the step under way, done
  int64_t rows_of_step = 0;
  int64_t rows_of_epoch = 0;
  int64_t batch_size = 0;               // what batches and micro_batch count; 0: not known
  int64_t gradient_accumulation = 0;
  double seconds = 0;                   // spent in training so far
  std::optional<double> learning_rate;  // set by a callback
  std::string stopped;                  // why a callback ended training; empty: it did not
  Values values;                        // of the last complete epoch

  // Goes on behind the samples that the epoch has seen, in batches of another size or updates of other batches. An update
  // under way is begun again: its samples are seen once more.
  void rebatch(int64_t other_size, int64_t other_accumulation);

  // For manifests. from_table throws Bug for what table() never writes.
  Table table() const;
  static Position from_table(const Table& table);
  bool operator==(const Position&) const = default;
};

}  // namespace dltrain::training
