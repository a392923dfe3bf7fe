// The code for GPUs that this module carries: for each file backends/cuda/device/NAME.cu a "fat binary" with machine
// code for every architecture that cmake/cuda.cmake lists, and PTX for later ones. The table is generated.
#pragma once

#include <string_view>

namespace dltrain::backends::cuda {

// Null if there is no such file.
const void* image_of(std::string_view file);

}  // namespace dltrain::backends::cuda
