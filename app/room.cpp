#include "app/room.h"

#include <algorithm>

#include "backends/host.h"
#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::string text(int64_t bytes) { return bytes_text(static_cast<uint64_t>(bytes)); }

}  // namespace

int64_t checkpoints_kept(const training::CallbackList& callbacks) {
  const training::Retention keep = callbacks.keeps();
  return keep.last + keep.best + 1;  // one is written before one goes
}

void check_room_in_memory(const std::string& who, int64_t bytes) {
  const int64_t available = backends::available_memory();
  if (available < 0 || bytes <= available) return;
  throw UserError(ExitCode::memory, "memory", who,
                  "there is no memory for the copy of which a checkpoint is made: it takes " + text(bytes) + ", and " +
                      text(available) + " are free at this moment",
                  "use a smaller model, or end other programs");
}

void check_room_on_disk(const std::string& folder, int64_t bytes, int64_t checkpoints) {
  const int64_t more = std::max<int64_t>(checkpoints, 1);
  const uint64_t free = free_space(folder);
  if (static_cast<uint64_t>(checked_multiply(bytes, more)) <= free) return;
  throw UserError(ExitCode::io, "no-space", folder,
                  "there is no space for the checkpoints: " + std::to_string(more) + " of " + text(bytes) +
                      " will be there at a time, and " + bytes_text(free) + " are free",
                  "free some space, name a run folder on another disk (--run), or keep fewer: [[callbacks]] type = "
                  "\"ModelCheckpoint\", keep_last = 1, keep_best = 0");
}

int64_t held_by_process(int64_t before, const training::MemoryUse& training) {
  return std::max<int64_t>(before, 0) + training.on_host();
}

}  // namespace dltrain::app
