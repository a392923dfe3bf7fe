// Copies between memory with different strides: transposing, slicing, padding, repeating and joining are all this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backends/onednn/machine.h"
#include "core/shape.h"

namespace dltrain::backends::onednn {

// Elements of `size` bytes (1, 2, 4 or 8). Axes that lie together in both memories are merged.
class StridedCopy {
 public:
  // One entry an axis, outermost first; strides in elements, 0 in `from` to repeat.
  StridedCopy(const Machine& machine, const std::vector<int64_t>& sizes, const std::vector<int64_t>& from_strides,
              const std::vector<int64_t>& to_strides, size_t size);

  // Offsets in elements.
  void run(const void* from, int64_t from_offset, void* to, int64_t to_offset) const;

 private:
  struct Axis {
    int64_t size, from, to;
  };
  template <class T> void copy(const T* from, T* to) const;
  template <class T> void copy_plane(const T* from, T* to) const;

  std::vector<Axis> axes_;  // outermost first; the last two are one plane
  size_t element_;
  int64_t planes_ = 1;
  int parts_ = 1;
};

// Writes an element, given as its bytes, `count` times.
void repeat(std::span<const std::byte> element, void* to, int64_t count);

}  // namespace dltrain::backends::onednn
