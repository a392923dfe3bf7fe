// The log of a run's operations on files (preload/record.h), read back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/faults/preload/record.h"

namespace dltrain::test {

struct Operation {
  faults::Logged what = faults::Logged::write;
  std::string path;    // below the root; "" is the root
  std::string second;  // the new path of a rename
  uint64_t offset = 0;
  std::string bytes;

  std::string text() const;  // "write a/b 0 + 512", for messages
};

std::vector<Operation> read_recording(const std::string& path);

}  // namespace dltrain::test
