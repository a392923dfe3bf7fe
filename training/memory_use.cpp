#include "training/memory_use.h"

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

int64_t batch_bytes(const backends::Plan& plan) {
  int64_t bytes = 0;
  for (const graph::Input& input : plan.graph.inputs) {
    if (input.kind != graph::InputKind::data) continue;
    bytes = checked_add(bytes, checked_multiply(plan.graph.type(input.value).bytes(), datasets::batches_in_memory));
  }
  return bytes;
}

MemoryUse memory_use(const graph::StateTable& states, const backends::Plan& training,
                     const backends::DeviceInfo& device) {
  MemoryUse use = state_use(states);
  use.arena = training.memory.arena_bytes;
  use.packed = training.packed_bytes;
  use.batches = batch_bytes(training);
  use.library = device.library_bytes;
  return use;
}

}  // namespace dltrain::training
