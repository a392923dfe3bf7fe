// Changes of dtype between places that a kernel knows: what it reads beside its own dtype is brought into scratch memory
// before, or its sums out of there behind it.
#pragma once

#include <functional>

#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

// Enqueues a change of `count` elements between these addresses. Both dtypes have a suffix (registry.h).
std::function<void(const void* from, void* to)> caster(const Request& request, DType from, DType to, int64_t count);

// What lies in scratch memory one behind the other, each part at an address that libraries like.
class ScratchLayout {
 public:
  explicit ScratchLayout(int64_t library_bytes = 0) : end_(library_bytes) {}
  // The offset of a part of so many bytes.
  int64_t add(int64_t bytes);
  int64_t bytes() const { return end_; }

 private:
  int64_t end_;
};

// The part of an operation's scratch memory at this offset.
void* in_scratch(const Arguments& arguments, int64_t offset);

}  // namespace dltrain::backends::cuda
