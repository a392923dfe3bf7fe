// The most memory that this process has held.
#pragma once

#include <cstdint>

namespace dltrain {

// Bytes in main memory at the highest moment so far; -1 where the system does not tell.
int64_t peak_memory();

}  // namespace dltrain
