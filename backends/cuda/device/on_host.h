// Runs the text of the GPU's kernels on the host (backends/cuda/device/kernel.h): blocks one after the other, the threads
// of a block as coroutines that change places where they synchronize. What a kernel computes, how it counts and where it
// waits is that of the device; rounding differs by the compiler's choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dltrain::stand_in {

// Where the coroutine that is running stands.
struct Place {
  int thread = 0;
  int threads = 0;
  int64_t block = 0;
  int64_t blocks = 0;
};
extern Place place;

// Until all threads of the block have come here.
void synchronize();
// Gives `value` to the other threads of the warp and returns that of the thread `offset` places to the right, as the
// shuffle of the device does: one's own where there is none.
void exchange(void* value, size_t bytes, int offset);

struct Thread {
  static uint32_t index() { return static_cast<uint32_t>(place.thread); }
  static uint32_t count() { return static_cast<uint32_t>(place.threads); }
  static uint32_t block() { return static_cast<uint32_t>(place.block); }
  static uint32_t blocks() { return static_cast<uint32_t>(place.blocks); }
  static void synchronize() { stand_in::synchronize(); }
  template <class T> static T from_right(T value, uint32_t offset) {
    exchange(&value, sizeof(T), static_cast<int>(offset));
    return value;
  }
};

using KernelFunction = void (*)(const void* parameters);

// Kernels make themselves known when the program starts.
bool add_kernel(const char* name, size_t parameter_bytes, KernelFunction function);

struct KernelEntry {
  const char* name;
  size_t parameter_bytes;
  KernelFunction function;
};
// Null if there is none of that name.
const KernelEntry* find_kernel(const char* name);
size_t kernel_count();

// Runs all threads of all blocks. With `backwards`, threads take their turns from the last to the first, which must
// change nothing. Aborts where threads of one block wait in different places.
void run_kernel(const KernelEntry& kernel, const void* parameters, int64_t blocks, int threads, bool backwards);

}  // namespace dltrain::stand_in
