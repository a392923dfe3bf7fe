#include "training/device.h"

namespace dltrain::training {

backends::BackendOptions options_of(const models::RunSpec& run) {
  return {.threads = static_cast<int>(run.threads),
          .deterministic = run.deterministic,
          .tensorfloat32 = run.precision == "tensorfloat32"};
}

std::unique_ptr<backends::Backend> open_device(const models::RunSpec& run, const std::string& device) {
  return backends::open_backend(device.empty() ? run.device : device, options_of(run));
}

}  // namespace dltrain::training
