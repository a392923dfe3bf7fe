// What tests ask of the stand-in: libraries named as NVIDIA's driver, cuBLASLt and cuDNN that answer in their place. They
// lie in build/cuda/bin/stand_in; loaded before the module that asks for them, they are found by their names.
#pragma once

#include <cstddef>
#include <string>

namespace dltrain::test {

// The tests run on a GPU (the environment variable DLTRAIN_TEST_GPU is set): then there is no stand-in, tests that need
// one skip themselves, and its settings mean nothing.
bool on_gpu();
void needs_stand_in();
// Loads the stand-in, once, and gives it settings (machine.cpp); "" for one GPU of compute capability 9.0.
void use_stand_in(const std::string& settings);
// How often a function of the driver was called since then, or one of "allocations" and "bytes" that are there now,
// "most bytes", "pinned", "broken borders", "unpinned copies", "kernels" that it knows.
size_t stand_in_count(const std::string& what);

}  // namespace dltrain::test
