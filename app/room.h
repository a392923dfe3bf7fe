// Whether what a run saves finds room, in memory and on the disk: known now, not after hours.
#pragma once

#include <cstdint>
#include <string>

#include "training/callback_list.h"
#include "training/memory_use.h"

namespace dltrain::app {

// How many checkpoints lie in the folder of a run at a time: those that stay, and the one that is being written.
int64_t checkpoints_kept(const training::CallbackList& callbacks);

// Throw UserError (memory; io) that begins with `who` where the copy of which a checkpoint is made, `bytes` large, or
// so many more checkpoints (at least one) in that folder find no room.
void check_room_in_memory(const std::string& who, int64_t bytes);
void check_room_on_disk(const std::string& folder, int64_t bytes, int64_t checkpoints);

// What max_memory of [[expect]] is about, before training: what the process held before its plans were made, with
// program and data (peak_memory()), and what training takes of the host.
int64_t held_by_process(int64_t before, const training::MemoryUse& training);

}  // namespace dltrain::app
