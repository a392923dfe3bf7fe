// What the fault kit counts in a process, in a file that its maker maps: it is up to date even when the process was
// killed.
#pragma once

#include <cstdint>

namespace dltrain::faults {

// The operations on files that the kit knows. Those up to `flock` change something; the others read.
enum class Op : uint8_t {
  open,    // for writing, or making a file
  write,   // write and pwrite
  fsync,
  rename,
  unlink,  // also rmdir
  mkdir,
  symlink,
  close,   // of a file that was open for writing
  ftruncate,  // and truncate
  flock,
  open_read,
  read,    // read and pread
  count
};

struct Counters {
  uint64_t changes = 0;  // operations that change something, under the root
  uint64_t all = 0;      // all operations under the root
  uint64_t by_op[static_cast<int>(Op::count)] = {};
  uint64_t allocations = 0;  // operator new, aligned_alloc and posix_memalign since the first operation under the root
  uint64_t mallocs = 0;  // malloc, calloc and realloc since then
  uint64_t fired = 0;  // faults that happened
};

}  // namespace dltrain::faults
