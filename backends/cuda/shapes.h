// What constants and paddings share.
#pragma once

#include <functional>

#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

// Enqueues filling the node's output, at this address, with one value.
std::function<void(void* to)> filler(const Request& request, double value);

}  // namespace dltrain::backends::cuda
