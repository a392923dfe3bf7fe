// What answers for the CUDA backend where its module is not beside the program, so that nobody else needs to know
// whether it is there.
#pragma once

#include <memory>
#include <string>

#include "backends/backend.h"

namespace dltrain::backends {

// Throws UserError (device): there is no CUDA backend in this build, and how to get one. device: "cuda" or "cuda:N".
[[noreturn]] void refuse_cuda(const std::string& device);
// Why "cuda" cannot be used, for `dltrain devices`.
std::string absent_cuda_report();

}  // namespace dltrain::backends
