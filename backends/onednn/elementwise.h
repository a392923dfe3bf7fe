// Kernels that are a loop over elements with broadcasting.
#pragma once

#include <array>
#include <memory>

#include "backends/onednn/kernel.h"
#include "backends/onednn/loops.h"

namespace dltrain::backends::onednn {

using LoopOptions = std::array<float, 4>;

// The kernel that applies `loop` to all inputs of the node, which broadcast to its first output. `cost` is the work of
// one element, an addition being 1.
std::unique_ptr<Kernel> make_elementwise(const Request& request, ElementLoop loop, double cost,
                                         const LoopOptions& options = {}, bool through_wide = false);

}  // namespace dltrain::backends::onednn
