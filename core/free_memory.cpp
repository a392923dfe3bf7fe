#include "core/free_memory.h"

#include <malloc.h>

namespace dltrain {

void keep_little_free_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 4 << 20);
}

}  // namespace dltrain
