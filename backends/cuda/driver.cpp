#include "backends/cuda/driver.h"

#include <dlfcn.h>

#include "backends/cuda/symbols.h"
#include "core/diagnostic.h"

namespace dltrain::backends::cuda {

namespace {

void find_devices(Driver& d, Symbols& symbols) {
  symbols.find(d.init, "cuInit");
  symbols.find(d.version, "cuDriverGetVersion");
  symbols.find(d.error_name, "cuGetErrorName");
  symbols.find(d.error_string, "cuGetErrorString");
  symbols.find(d.device_count, "cuDeviceGetCount");
  symbols.find(d.device_get, "cuDeviceGet");
  symbols.find(d.device_name, "cuDeviceGetName");
  symbols.find(d.device_memory, "cuDeviceTotalMem_v2");
  symbols.find(d.device_attribute, "cuDeviceGetAttribute");
  symbols.find(d.context_retain, "cuDevicePrimaryCtxRetain");
  symbols.find(d.context_release, "cuDevicePrimaryCtxRelease_v2");
  symbols.find(d.context_set, "cuCtxSetCurrent");
}

void find_memory(Driver& d, Symbols& symbols) {
  symbols.find(d.memory_info, "cuMemGetInfo_v2");
  symbols.find(d.allocate, "cuMemAlloc_v2");
  symbols.find(d.release, "cuMemFree_v2");
  symbols.find(d.allocate_pinned, "cuMemHostAlloc");
  symbols.find(d.release_pinned, "cuMemFreeHost");
  symbols.find(d.copy_to_device, "cuMemcpyHtoDAsync_v2");
  symbols.find(d.copy_to_host, "cuMemcpyDtoHAsync_v2");
  symbols.find(d.copy_inside, "cuMemcpyDtoDAsync_v2");
  symbols.find(d.fill, "cuMemsetD8Async");
}

void find_work(Driver& d, Symbols& symbols) {
  symbols.find(d.stream_create, "cuStreamCreate");
  symbols.find(d.stream_destroy, "cuStreamDestroy_v2");
  symbols.find(d.stream_wait, "cuStreamSynchronize");
  symbols.find(d.event_create, "cuEventCreate");
  symbols.find(d.event_record, "cuEventRecord");
  symbols.find(d.event_wait, "cuEventSynchronize");
  symbols.find(d.event_destroy, "cuEventDestroy_v2");
  symbols.find(d.event_elapsed, "cuEventElapsedTime_v2");
  symbols.find(d.library_load, "cuLibraryLoadData");
  symbols.find(d.library_unload, "cuLibraryUnload");
  symbols.find(d.library_kernel, "cuLibraryGetKernel");
  symbols.find(d.launch, "cuLaunchKernel");
  symbols.find(d.capture_begin, "cuStreamBeginCapture_v2");
  symbols.find(d.capture_end, "cuStreamEndCapture");
  symbols.find(d.graph_instantiate, "cuGraphInstantiateWithFlags");
  symbols.find(d.graph_launch, "cuGraphLaunch");
  symbols.find(d.graph_exec_destroy, "cuGraphExecDestroy");
  symbols.find(d.graph_destroy, "cuGraphDestroy");
}

}  // namespace

std::unique_ptr<Driver> Driver::load(const std::string& library) {
  void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays open: drivers cannot be unloaded
  if (handle == nullptr) return nullptr;
  auto driver = std::make_unique<Driver>();
  Symbols symbols(handle);
  find_devices(*driver, symbols);
  find_memory(*driver, symbols);
  find_work(*driver, symbols);
  if (!symbols.missing().empty()) {
    throw UserError(ExitCode::device, "old-driver", library,
                    "the NVIDIA driver is too old or damaged: it has no function " + symbols.missing(),
                    "install driver 580 or newer");
  }
  return driver;
}

std::unique_ptr<Driver> load_driver() {
  for (const char* place : {"libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/usr/lib64/libcuda.so.1",
                            "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"}) {
    if (auto driver = Driver::load(place)) return driver;
  }
  return nullptr;
}

std::string Driver::text(CUresult result) const {
  const char* error = nullptr;
  const char* meaning = nullptr;
  error_name(result, &error);
  error_string(result, &meaning);
  const std::string number = "CUDA error " + std::to_string(static_cast<int>(result));
  return (error != nullptr ? std::string(error) : number) + (meaning != nullptr ? std::string(": ") + meaning : "");
}

std::string api_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace dltrain::backends::cuda
