// Kernels that compute each element from the same element of up to three inputs, with broadcasting.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "backends/cuda/device/elementwise_parameters.h"
#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

// Axes along which all inputs behave alike are one axis; sizes of one are none.
struct Axis {
  int64_t size;
  std::vector<int64_t> strides;  // elements; 0: repeated
};
// The axes that are left of an output for inputs with these strides along its axes, outermost first.
std::vector<Axis> merged_axes(const Shape& output, const std::vector<std::vector<int64_t>>& strides);
// Strides of an input along the axes of an output that it is repeated to.
std::vector<int64_t> broadcast_strides(const Shape& input, const Shape& output);

// Yes, unless broadcasting takes more axes than the kernels walk along.
Support accepts_elementwise(const Request& request);
// cost: additions that an element is worth.
std::unique_ptr<Kernel> make_elementwise(const Request& request, const KernelName& name, double cost,
                                         const device::Options& options = {});

}  // namespace dltrain::backends::cuda
