// Element-wise functions of float32 and bfloat16 with the instruction set of the processor.
#pragma once

#include <string_view>

#include "backends/onednn/loops.h"

namespace dltrain::backends::onednn {

// The loop of an op of one input ("exp", "relu"), of two ("add") or of a gradient ("relu_grad": value and what flows
// in); null if there is none. Run::options are those that kernels/activation.cpp documents.
// `narrow`: for bfloat16, else for float32.
ElementLoop vector_loop(std::string_view name, bool narrow = false);
// From bfloat16 to float32 where `narrow`, else the other way.
ElementLoop conversion_loop(bool narrow);

}  // namespace dltrain::backends::onednn
