// Giving memory back to the system.
#pragma once

namespace dltrain {

// The allocator keeps what was freed, for later requests; this hands it back. For the end of work that takes much memory
// once: first values of weights, weights from a file.
void return_free_memory();

}  // namespace dltrain
