#include "backends/absent/cuda.h"

#include "core/diagnostic.h"
#include "core/files.h"

namespace dltrain::backends {

namespace {

constexpr auto missing = "this build has no CUDA backend";

// The driver of an NVIDIA card is loaded.
bool has_driver() { return exists("/proc/driver/nvidia/version"); }

}  // namespace

void refuse_cuda(const std::string& device) {
  throw UserError(ExitCode::device, {{Severity::error,
                                      "no-cuda",
                                      {},
                                      "device \"" + device + "\"",
                                      missing,
                                      "",
                                      "",
                                      "use device = \"cpu\" under [run], or build dltrain with the CMake preset "
                                      "\"cuda\" (docs/how-to/cuda.md)"}});
}

std::string absent_cuda_report() {
  return std::string(missing) +
         (has_driver() ? "; there is a driver for NVIDIA cards" : "; no driver for NVIDIA cards is loaded");
}

}  // namespace dltrain::backends
