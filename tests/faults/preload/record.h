// The log of operations that the fault kit writes and the power-loss replayer reads: one Record after the other, each
// followed by its path, its second path and its bytes. Only operations that succeeded are in it, in their order.
#pragma once

#include <cstdint>

namespace dltrain::faults {

enum class Logged : uint8_t {
  create,
  truncate,
  write,
  sync,
  rename,
  unlink,
  rmdir,
  mkdir,
  symlink
};

struct Record {
  Logged what = Logged::write;
  uint32_t path = 0;    // bytes of the path, below the root, without a leading slash
  uint32_t second = 0;  // of the new path of a rename
  uint64_t offset = 0;  // of a write; the new size of a truncate
  uint64_t bytes = 0;   // of a write; of a link: what it points to
};

}  // namespace dltrain::faults
