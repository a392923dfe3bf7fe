// What constants, paddings and convolutions share.
#pragma once

#include <functional>
#include <vector>

#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

// Enqueues filling the node's output, at this address, with one value.
std::function<void(void* to)> filler(const Request& request, double value);

// What is moved along the axes of `shape`, and where it begins on both sides, in elements.
struct Move {
  Shape shape;
  std::vector<int64_t> from, to;  // strides
  int64_t from_start = 0, to_start = 0;
};

// Enqueues a move between these addresses, on whose way elements may change between float32 and a narrow dtype. Its axes
// that are left when merged must be few enough (fits).
std::function<void(const void* from, void* to)> mover(const Request& request, const Move& move, DType from, DType to);
// The same with elements as large as those of the node's output.
std::function<void(const void* from, void* to)> mover(const Request& request, const Move& move);
Support fits(const Move& move);

}  // namespace dltrain::backends::cuda
