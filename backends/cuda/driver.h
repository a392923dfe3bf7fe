// The driver of NVIDIA cards as a table of its functions (the CUDA driver API), loaded when a GPU is asked for: the
// program runs without it. Everything that this backend asks of a GPU goes through this table, so that a library of the
// same name (tests/cuda/stand_in) can answer in the place of a GPU.
#pragma once

#include <cuda.h>

#include <memory>
#include <string>

namespace dltrain::backends::cuda {

struct Driver {
  // Loads the functions; null if there is no such library. Throws UserError (device) if it lacks one of them.
  static std::unique_ptr<Driver> load(const std::string& library);

  decltype(&cuInit) init = nullptr;
  decltype(&cuDriverGetVersion) version = nullptr;
  decltype(&cuGetErrorName) error_name = nullptr;
  decltype(&cuGetErrorString) error_string = nullptr;
  decltype(&cuDeviceGetCount) device_count = nullptr;
  decltype(&cuDeviceGet) device_get = nullptr;
  decltype(&cuDeviceGetName) device_name = nullptr;
  decltype(&cuDeviceTotalMem_v2) device_memory = nullptr;
  decltype(&cuDeviceGetAttribute) device_attribute = nullptr;
  decltype(&cuDevicePrimaryCtxRetain) context_retain = nullptr;
  decltype(&cuDevicePrimaryCtxRelease_v2) context_release = nullptr;
  decltype(&cuCtxSetCurrent) context_set = nullptr;
  decltype(&cuMemGetInfo_v2) memory_info = nullptr;
  decltype(&cuMemAlloc_v2) allocate = nullptr;
  decltype(&cuMemFree_v2) release = nullptr;
  decltype(&cuMemHostAlloc) allocate_pinned = nullptr;
  decltype(&cuMemFreeHost) release_pinned = nullptr;
  decltype(&cuMemcpyHtoDAsync_v2) copy_to_device = nullptr;
  decltype(&cuMemcpyDtoHAsync_v2) copy_to_host = nullptr;
  decltype(&cuMemcpyDtoDAsync_v2) copy_inside = nullptr;
  decltype(&cuMemsetD8Async) fill = nullptr;
  decltype(&cuStreamCreate) stream_create = nullptr;
  decltype(&cuStreamDestroy_v2) stream_destroy = nullptr;
  decltype(&cuStreamSynchronize) stream_wait = nullptr;
  decltype(&cuEventCreate) event_create = nullptr;
  decltype(&cuEventRecord) event_record = nullptr;
  decltype(&cuEventSynchronize) event_wait = nullptr;
  decltype(&cuEventDestroy_v2) event_destroy = nullptr;
  decltype(&cuEventElapsedTime) event_elapsed = nullptr;  // milliseconds
  decltype(&cuLibraryLoadData) library_load = nullptr;
  decltype(&cuLibraryUnload) library_unload = nullptr;
  decltype(&cuLibraryGetKernel) library_kernel = nullptr;
  decltype(&cuLaunchKernel) launch = nullptr;
  decltype(&cuStreamBeginCapture_v2) capture_begin = nullptr;
  decltype(&cuStreamEndCapture) capture_end = nullptr;
  decltype(&cuGraphInstantiateWithFlags) graph_instantiate = nullptr;
  decltype(&cuGraphLaunch) graph_launch = nullptr;
  decltype(&cuGraphExecDestroy) graph_exec_destroy = nullptr;
  decltype(&cuGraphDestroy) graph_destroy = nullptr;

  // "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
  std::string text(CUresult result) const;
};

// Where systems keep the driver, tried in this order: the loader's own search, then folders that a loader that came
// with a bundle does not know.
std::unique_ptr<Driver> load_driver();

// Major and minor version of an API as the driver counts them: 12040 is "12.4".
std::string api_version_text(int version);

}  // namespace dltrain::backends::cuda
