#include "training/memory_use.h"

#include <algorithm>

#include "core/checked.h"
#include "datasets/batch_stream.h"

namespace dltrain::training {

using graph::StateRole;

MemoryUse state_use(const graph::StateTable& states) {
  MemoryUse use;
  for (const graph::StateInfo& info : states.list()) {
    const int64_t bytes = info.type.bytes();
    switch (info.role) {
      case StateRole::weight:
      case StateRole::buffer: use.weights = checked_add(use.weights, bytes); break;
      case StateRole::gradient: use.gradients = checked_add(use.gradients, bytes); break;
      case StateRole::slot:
      case StateRole::counter:
      case StateRole::metric: use.optimizer = checked_add(use.optimizer, bytes); break;
    }
  }
  return use;
}

namespace {

// Of one batch.
int64_t input_bytes(const backends::Plan& plan) {
  int64_t bytes = 0;
  for (const graph::Input& input : plan.graph.inputs) {
    if (input.kind == graph::InputKind::data) bytes = checked_add(bytes, plan.graph.type(input.value).bytes());
  }
  return bytes;
}

}  // namespace

void add_device(MemoryUse& use, const backends::Plan* training, const backends::Backend& backend) {
  use.library = backend.device().library_bytes;
  use.apart = !backend.shares_host_memory();
  if (use.apart && training != nullptr) use.fed = input_bytes(*training);
}

int64_t batch_bytes(const backends::Plan& plan, int64_t batch, int64_t samples) {
  const int64_t bytes = input_bytes(plan);
  const int64_t ahead = checked_multiply(bytes, datasets::batches_in_memory);
  const int64_t all = checked_multiply(divide_up(bytes, std::max<int64_t>(batch, 1)), samples);
  return samples > 0 ? std::min(ahead, all) : ahead;
}

MemoryUse memory_use(const graph::StateTable& states, const backends::Plan& training, const backends::Backend& backend,
                     int64_t batch, int64_t samples) {
  MemoryUse use = state_use(states);
  use.arena = training.memory.arena_bytes;
  use.packed = training.packed_bytes;
  use.batches = batch_bytes(training, batch, samples);
  add_device(use, &training, backend);
  return use;
}

}  // namespace dltrain::training
