// What the program finds in this module (backends/factory.cpp).
#include <string>

#include "backends/cuda/backend.h"
#include "backends/cuda/gpu.h"

extern "C" {

// device: "cuda" or "cuda:N". The caller owns the backend.
dltrain::backends::Backend* dltrain_open_cuda(const std::string* device,
                                              const dltrain::backends::BackendOptions* options) {
  namespace cuda = dltrain::backends::cuda;
  return new cuda::CudaBackend(std::make_unique<cuda::Gpu>(cuda::load_driver(), *device), *options);
}

// What GPUs there are, or why none can be used.
void dltrain_report_cuda(dltrain::backends::DeviceReport* report) {
  namespace cuda = dltrain::backends::cuda;
  report->text = cuda::report_gpus(cuda::load_driver(), report->available);
  if (report->available) report->precisions.assign(cuda::precisions.begin(), cuda::precisions.end());
}
}
