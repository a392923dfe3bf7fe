// The processor as this backend uses it.
#pragma once

#include <cstdint>
#include <string>

namespace dltrain::backends::onednn {

struct Machine {
  int threads = 1;
  int64_t memory_bytes = 0;
  std::string instruction_set;  // of the own loops: "avx512", "avx2", "sse2"
  bool has_tiles = false;  // matrix units (AMX)
  std::string no_bfloat16 = {};  // what the processor lacks to compute in bfloat16; empty: nothing
};

// threads: 0 for what the process may use. Own loops obey the limit that oneDNN obeys (ONEDNN_MAX_CPU_ISA), so that the
// AVX2 forms can be tried on a larger processor.
Machine open_machine(int threads);

// "AVX-512 with AMX, 2 threads, oneDNN 3.7.2"
std::string describe(const Machine& machine);
// "3.7.2"
std::string library_version();

}  // namespace dltrain::backends::onednn
