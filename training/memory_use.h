// What training takes beside the data themselves, predicted from plans before anything runs.
#pragma once

#include <cstdint>

#include "backends/plan.h"
#include "graph/state.h"

namespace dltrain::training {

// In bytes, by kind.
struct MemoryUse {
  int64_t weights = 0;      // and other states of the model
  int64_t optimizer = 0;    // slots, counters
  int64_t gradients = 0;    // accumulated over micro-batches
  int64_t arena = 0;        // activations, gradients within a step, scratch
  int64_t packed = 0;       // private copies of weights
  int64_t batches = 0;      // read ahead, on the host
  int64_t library = 0;      // of the backend, beside all this
  int64_t fed = 0;          // one batch in the memory of a device that has its own
  bool apart = false;       // the device has memory of its own: batches, library and saving are the host's

  int64_t total() const { return weights + optimizer + gradients + arena + packed + batches + library + fed; }
  // Beside this while the model is saved: a copy of what is written.
  int64_t saving() const { return weights + optimizer + gradients; }
  // What this process takes of the host's memory while it trains.
  int64_t on_host() const { return apart ? batches + library : total(); }
  // The most that is taken of the memory that the device computes in.
  int64_t needed() const { return apart ? total() - on_host() : total() + saving(); }
};

// Of a program with these states whose largest plan is that of its training steps, for batches of `batch` of so many
// samples (0: not known).
MemoryUse memory_use(const graph::StateTable& states, const backends::Plan& training, const backends::Backend& backend,
                     int64_t batch, int64_t samples);

// The parts that do not depend on plans: weights, optimizer, gradients.
MemoryUse state_use(const graph::StateTable& states);
// Fills in what the memory of a device apart takes, where the backend's is.
void add_device(MemoryUse& use, const backends::Plan* training, const backends::Backend& backend);
// What batches take that are read ahead for a plan: no more than an epoch has.
int64_t batch_bytes(const backends::Plan& plan, int64_t batch, int64_t samples);

}  // namespace dltrain::training
