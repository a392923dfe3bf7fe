// [train] batch_size = "auto": as many samples at once as there is memory for, and so many batches per update of the
// weights that it sees effective_batch_size samples (docs/decisions/0016).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "backends/backend.h"
#include "core/diagnostic.h"
#include "core/setting.h"
#include "core/signature.h"
#include "models/spec.h"

namespace dltrain::training {

struct BatchChoice {
  // What it follows from, and from nothing else: the recipe, the data's shapes, the device, and this.
  int64_t available = 0;  // bytes of memory that may be used on the device; -1: not known, everything fits

  int64_t effective = 0;
  int64_t batch = 0;
  int64_t accumulation = 0;  // effective / batch
  int64_t bytes = 0;         // predicted for that batch, with the copy that is saved
  // The next larger batch, which does not fit.
  std::optional<int64_t> larger;
  int64_t larger_bytes = 0;
  int64_t tried = 0;  // plans that were compiled to find it

  // "64 samples at once, 4 times for an update of 256: ..."
  std::string text() const;
};

// What `available` should be: free memory of the device (of the host: backends/host.h), in steps
// of 1/64 of it, so that a few pages more or less change nothing. -1 if it is not known.
int64_t memory_for_choice(const backends::Backend& backend);

// Fills in what batch_size = "auto" leaves open; nothing where it does not. Divisors of effective_batch_size are tried,
// each as a compiled plan, where memory should just do, and by halving; the largest one wins that finds room in `available` bytes less the eighth that
// stays free (training/shortage.h). Throws UserError (memory) naming the largest values if not even one sample fits.
std::optional<BatchChoice> choose_batch(models::Spec& spec, const DataSignature& signature, backends::Backend& backend,
                                        int64_t available);

// The same as a table: effective_batch_size, batch_size, gradient_accumulation, memory, memory_available, next_batch_size,
// next_memory.
Table choice_table(const BatchChoice& choice);

// Whether a run that began with `before`, and is to go on with `now`, where the batch is open, sees as many samples per
// update; then with_batch_of gives `now` the batch of `before`.
bool keeps_batch(const models::TrainSpec& before, const models::TrainSpec& now);
models::TrainSpec with_batch_of(const models::TrainSpec& before, models::TrainSpec now);

// Warns of layers that take statistics of what they are fed with at once: these change with the choice.
void warn_of_batch_statistics(const models::Spec& spec, const BatchChoice& choice, Diagnostics& warnings);

}  // namespace dltrain::training
