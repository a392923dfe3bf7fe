// What answers for the CUDA backend in builds without it, so that nobody else needs to know whether it is there.
#pragma once

#include <memory>
#include <string>

#include "backends/backend.h"

namespace dltrain::backends {

// Throws UserError (device): there is no CUDA backend in this build, and how to get one. device: "cuda" or "cuda:N".
std::unique_ptr<Backend> open_cuda_backend(const std::string& device);
// Why "cuda" cannot be used, for `dltrain devices`.
std::string cuda_report();

}  // namespace dltrain::backends
