// The functions of the CUDA driver API that dltrain calls, answered by a pretended machine: allocations with borders,
// a stream that does nothing before somebody waits for it, graphs, and kernels compiled for the host. Errors come where
// the driver would give them.
#include <cuda.h>

#include <chrono>
#include <cstring>
#include <optional>

#include "backends/cuda/device/on_host.h"
#include "tests/cuda/stand_in/machine.h"

using namespace dltrain::stand_in;

namespace {

constexpr int processors = 2;  // few, so that grids stay small

struct Event {
  Stream* stream = nullptr;
  bool timed = true;
  std::optional<std::chrono::steady_clock::time_point> passed;
};
struct Graph {
  std::vector<Work> work;
};

Stream& stream_of(CUstream stream) { return *reinterpret_cast<Stream*>(stream); }

// Every call: the failure that is asked for, then whether the driver was started and a context is the thread's.
CUresult before(const char* function, bool needs_context = true) {
  if (const CUresult failed = machine().failure(function); failed != CUDA_SUCCESS) return failed;
  if (!machine().started) return CUDA_ERROR_NOT_INITIALIZED;
  if (needs_context && !machine().current) return CUDA_ERROR_INVALID_CONTEXT;
  return CUDA_SUCCESS;
}

#define STAND_IN_BEFORE(...) \
  if (const CUresult early = before(__VA_ARGS__); early != CUDA_SUCCESS) return early

const void* pointer(CUdeviceptr address) { return reinterpret_cast<const void*>(address); }
void* writable(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

struct ErrorEntry {
  CUresult result;
  const char* name;
  const char* text;
};
constexpr ErrorEntry errors[] = {
    {CUDA_ERROR_OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {CUDA_ERROR_NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA_ERROR_DEVICE_UNAVAILABLE",
     "CUDA-capable device(s) is/are busy or unavailable"},
    {CUDA_ERROR_NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU",
     "no kernel image is available for execution on the device"},
    {CUDA_ERROR_ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {CUDA_ERROR_LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {CUDA_ERROR_ECC_UNCORRECTABLE, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
    {CUDA_ERROR_UNKNOWN, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

CUresult text_of(CUresult error, const char** text, const char* ErrorEntry::* member) {
  *text = nullptr;
  for (const ErrorEntry& entry : errors) {
    if (entry.result == error) *text = entry.*member;
  }
  return *text == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

}  // namespace

extern "C" {

void stand_in_configure(const char* text) { machine().configure(text); }
size_t stand_in_count(const char* what) {
  return std::strcmp(what, "kernels") == 0 ? kernel_count() : machine().count(what);
}

CUresult cuInit(unsigned) {
  if (const CUresult failed = machine().failure("cuInit"); failed != CUDA_SUCCESS) return failed;
  machine().started = true;
  return CUDA_SUCCESS;
}
CUresult cuDriverGetVersion(int* version) {
  *version = machine().settings.driver;
  return CUDA_SUCCESS;
}
CUresult cuGetErrorName(CUresult error, const char** text) { return text_of(error, text, &ErrorEntry::name); }
CUresult cuGetErrorString(CUresult error, const char** text) { return text_of(error, text, &ErrorEntry::text); }

// --- devices ---

CUresult cuDeviceGetCount(int* count) {
  STAND_IN_BEFORE("cuDeviceGetCount", false);
  *count = machine().settings.devices;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  STAND_IN_BEFORE("cuDeviceGet", false);
  if (ordinal < 0 || ordinal >= machine().settings.devices) return CUDA_ERROR_INVALID_DEVICE;
  *device = ordinal;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetName(char* name, int bytes, CUdevice) {
  std::strncpy(name, "Stand-in GPU", static_cast<size_t>(bytes));
  return CUDA_SUCCESS;
}
CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice) {
  *bytes = machine().settings.memory;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice) {
  STAND_IN_BEFORE("cuDeviceGetAttribute", false);
  const Settings& settings = machine().settings;
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = settings.capability / 10; return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = settings.capability % 10; return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = processors; return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE: *value = settings.mode; return CUDA_SUCCESS;
    default: *value = 1000; return CUDA_SUCCESS;
  }
}
CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice) {
  STAND_IN_BEFORE("cuDevicePrimaryCtxRetain", false);
  *context = reinterpret_cast<CUcontext>(&machine());
  return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice) { return CUDA_SUCCESS; }
CUresult cuCtxSetCurrent(CUcontext context) {
  STAND_IN_BEFORE("cuCtxSetCurrent", false);
  machine().current = context != nullptr;
  return CUDA_SUCCESS;
}

// --- memory ---

CUresult cuMemGetInfo_v2(size_t* left, size_t* all) {
  *all = machine().settings.memory;
  *left = *all - machine().count("bytes");
  return CUDA_SUCCESS;
}
CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  STAND_IN_BEFORE("cuMemAlloc");
  return machine().allocate(*address, bytes);
}
CUresult cuMemFree_v2(CUdeviceptr address) {
  STAND_IN_BEFORE("cuMemFree");
  return machine().release(address);
}
CUresult cuMemHostAlloc(void** memory, size_t bytes, unsigned) {
  STAND_IN_BEFORE("cuMemHostAlloc");
  *memory = machine().allocate_pinned(bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemFreeHost(void* memory) {
  STAND_IN_BEFORE("cuMemFreeHost");
  return machine().release_pinned(memory) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
  STAND_IN_BEFORE("cuMemcpyHtoDAsync");
  if (!machine().holds(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
  if (!machine().is_pinned(from)) machine().add("unpinned copies");
  // Read when its turn comes: who changes the memory before has made a mistake.
  machine().enqueue(stream_of(stream), [=] { std::memcpy(writable(to), from, bytes); });
  return CUDA_SUCCESS;
}
CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
  STAND_IN_BEFORE("cuMemcpyDtoHAsync");
  if (!machine().holds(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
  machine().enqueue(stream_of(stream), [=] { std::memcpy(to, pointer(from), bytes); });
  return CUDA_SUCCESS;
}
CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  STAND_IN_BEFORE("cuMemcpyDtoDAsync");
  if (!machine().holds(to, bytes) || !machine().holds(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
  machine().enqueue(stream_of(stream), [=] { std::memmove(writable(to), pointer(from), bytes); });
  return CUDA_SUCCESS;
}
CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream stream) {
  STAND_IN_BEFORE("cuMemsetD8Async");
  if (!machine().holds(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
  machine().enqueue(stream_of(stream), [=] { std::memset(writable(to), value, bytes); });
  return CUDA_SUCCESS;
}

// --- streams and events ---

CUresult cuStreamCreate(CUstream* stream, unsigned) {
  STAND_IN_BEFORE("cuStreamCreate");
  *stream = reinterpret_cast<CUstream>(new Stream);
  return CUDA_SUCCESS;
}
CUresult cuStreamDestroy_v2(CUstream stream) {
  machine().finish(stream_of(stream));
  delete &stream_of(stream);
  return CUDA_SUCCESS;
}
CUresult cuStreamSynchronize(CUstream stream) {
  STAND_IN_BEFORE("cuStreamSynchronize");
  if (stream_of(stream).capturing) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  machine().finish(stream_of(stream));
  return machine().border_is_broken() ? CUDA_ERROR_ILLEGAL_ADDRESS : CUDA_SUCCESS;
}
CUresult cuEventCreate(CUevent* event, unsigned flags) {
  STAND_IN_BEFORE("cuEventCreate");
  ++machine().events;
  *event = reinterpret_cast<CUevent>(new Event{.timed = (flags & CU_EVENT_DISABLE_TIMING) == 0});
  return CUDA_SUCCESS;
}
CUresult cuEventRecord(CUevent event, CUstream stream) {
  STAND_IN_BEFORE("cuEventRecord");
  auto* marked = reinterpret_cast<Event*>(event);
  marked->stream = &stream_of(stream);
  marked->passed.reset();
  if (marked->timed) machine().enqueue(stream_of(stream), [=] { marked->passed = std::chrono::steady_clock::now(); });
  return CUDA_SUCCESS;
}
CUresult cuEventSynchronize(CUevent event) {
  STAND_IN_BEFORE("cuEventSynchronize");
  machine().finish(*reinterpret_cast<Event*>(event)->stream);
  return CUDA_SUCCESS;
}
CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent from, CUevent to) {
  STAND_IN_BEFORE("cuEventElapsedTime");
  const auto* first = reinterpret_cast<Event*>(from);
  const auto* last = reinterpret_cast<Event*>(to);
  if (!first->timed || !last->timed) return CUDA_ERROR_INVALID_HANDLE;
  if (!first->passed || !last->passed) return CUDA_ERROR_NOT_READY;
  *milliseconds = std::chrono::duration<float, std::milli>(*last->passed - *first->passed).count();
  return CUDA_SUCCESS;
}
CUresult cuEventDestroy_v2(CUevent event) {
  --machine().events;
  delete reinterpret_cast<Event*>(event);
  return CUDA_SUCCESS;
}

// --- kernels ---

CUresult cuLibraryLoadData(CUlibrary* library, const void* code, CUjit_option*, void**, unsigned, CUlibraryOption*,
                           void**, unsigned) {
  STAND_IN_BEFORE("cuLibraryLoadData");
  constexpr unsigned magic = 0xBA55ED50;  // of a file with code for several architectures
  unsigned found = 0;
  std::memcpy(&found, code, sizeof found);
  constexpr unsigned elf = 0x464C457F;  // of code for one, as NVIDIA's libraries compile it
  if (found != magic && !(found == elf && machine().settings.any_code)) return CUDA_ERROR_INVALID_IMAGE;
  *library = reinterpret_cast<CUlibrary>(const_cast<void*>(code));
  return CUDA_SUCCESS;
}
CUresult cuLibraryUnload(CUlibrary) { return CUDA_SUCCESS; }
CUresult cuLibraryGetKernel(CUkernel* kernel, CUlibrary, const char* name) {
  STAND_IN_BEFORE("cuLibraryGetKernel");
  static const KernelEntry foreign{"", 0, nullptr};
  const KernelEntry* known = find_kernel(name);
  if (known == nullptr && machine().settings.any_code) known = &foreign;
  *kernel = reinterpret_cast<CUkernel>(const_cast<KernelEntry*>(known));
  return *kernel == nullptr ? CUDA_ERROR_NOT_FOUND : CUDA_SUCCESS;
}
CUresult cuLaunchKernel(CUfunction function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threads_y,
                        unsigned threads_z, unsigned, CUstream stream, void** parameters, void**) {
  STAND_IN_BEFORE("cuLaunchKernel");
  const bool fits = x > 0 && x < (1U << 31U) && y == 1 && z == 1 && threads_y == 1 && threads_z == 1 && threads > 0 &&
                    threads <= 1024 && threads % 32 == 0;
  if (!fits) return CUDA_ERROR_INVALID_VALUE;
  const auto* kernel = reinterpret_cast<const KernelEntry*>(function);
  const auto* bytes = static_cast<const std::byte*>(parameters[0]);
  const std::vector<std::byte> copy(bytes, bytes + kernel->parameter_bytes);
  const bool backwards = machine().settings.backwards;
  machine().enqueue(stream_of(stream),
                    [=] { run_kernel(*kernel, copy.data(), x, static_cast<int>(threads), backwards); });
  return CUDA_SUCCESS;
}

// --- graphs ---

CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode) {
  STAND_IN_BEFORE("cuStreamBeginCapture");
  stream_of(stream).capturing = true;
  stream_of(stream).captured.clear();
  return CUDA_SUCCESS;
}
CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
  STAND_IN_BEFORE("cuStreamEndCapture");
  stream_of(stream).capturing = false;
  *graph = reinterpret_cast<CUgraph>(new Graph{std::move(stream_of(stream).captured)});
  return CUDA_SUCCESS;
}
CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, unsigned long long) {
  STAND_IN_BEFORE("cuGraphInstantiate");
  *executable = reinterpret_cast<CUgraphExec>(new Graph(*reinterpret_cast<Graph*>(graph)));
  return CUDA_SUCCESS;
}
CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  STAND_IN_BEFORE("cuGraphLaunch");
  for (const Work& work : reinterpret_cast<Graph*>(executable)->work) machine().enqueue(stream_of(stream), work);
  return CUDA_SUCCESS;
}
CUresult cuGraphExecDestroy(CUgraphExec executable) {
  delete reinterpret_cast<Graph*>(executable);
  return CUDA_SUCCESS;
}
CUresult cuGraphDestroy(CUgraph graph) {
  delete reinterpret_cast<Graph*>(graph);
  return CUDA_SUCCESS;
}
}
