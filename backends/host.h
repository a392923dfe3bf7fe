// What this process may use of the machine it runs on: processors by affinity and quota, memory by limit. Containers
// give less than the machine has, and threads beyond the share only disturb each other.
#pragma once

#include <cstdint>

namespace dltrain::backends {

// Processors in the affinity mask, or fewer where a control group grants less time; 1 or more.
int usable_threads();
// Bytes of memory: that of the machine, or the limit of a control group; 0 if neither can be read.
int64_t usable_memory();
// Bytes of it that nobody uses at this moment: what more can be taken without being killed for it; -1 if unknown.
int64_t available_memory();

}  // namespace dltrain::backends
