#include "backends/cuda/queue.h"

#include <algorithm>
#include <cstring>

#include "backends/cuda/images.h"
#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t staging_bytes = int64_t{8} << 20;  // of each half
constexpr int64_t staging_alignment = 256;

CUdeviceptr address(const void* memory) { return reinterpret_cast<CUdeviceptr>(memory); }

}  // namespace

Queue::Queue(std::unique_ptr<Gpu> gpu) : gpu_(std::move(gpu)) {
  gpu_->check(gpu_->driver().stream_create(&stream_, CU_STREAM_NON_BLOCKING), "to make a queue of work");
}

Queue::~Queue() {
  const Driver& d = gpu_->driver();
  gpu_->use_anyway();
  d.stream_wait(stream_);
  for (const Staging& half : staging_) {
    if (half.copied != nullptr) d.event_destroy(half.copied);
    if (half.memory != nullptr) d.release_pinned(half.memory);
  }
  for (const auto& [file, library] : libraries_) d.library_unload(library);
  d.stream_destroy(stream_);
}

void* Queue::allocate(int64_t bytes) {
  gpu_->use();
  CUdeviceptr memory = 0;
  const CUresult result = gpu_->driver().allocate(&memory, to_size(std::max<int64_t>(bytes, 1)));
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    size_t left = 0;
    size_t all = 0;
    gpu_->driver().memory_info(&left, &all);
    throw UserError(ExitCode::memory, "memory", "device " + quote(gpu_->device()),
                    bytes_text(to_size(bytes)) + " of memory cannot be had on the GPU (" + bytes_text(left) + " of " +
                        bytes_text(all) + " are free)",
                    "use a smaller batch_size or a smaller model, or end other programs on the GPU");
  }
  gpu_->check(result, "to give memory");
  return reinterpret_cast<void*>(memory);  // NOLINT(performance-no-int-to-ptr): the driver counts addresses as numbers
}

void Queue::release(void* memory) {
  if (memory == nullptr || gpu_->lost()) return;
  gpu_->use_anyway();
  gpu_->driver().stream_wait(stream_);
  gpu_->driver().release(address(memory));
}

int64_t Queue::free_memory() const {
  gpu_->use();
  size_t left = 0;
  size_t all = 0;
  return gpu_->driver().memory_info(&left, &all) == CUDA_SUCCESS ? static_cast<int64_t>(left) : -1;
}

void Queue::make_staging() {
  for (Staging& half : staging_) {
    gpu_->check(gpu_->driver().allocate_pinned(&half.memory, to_size(staging_bytes), 0), "to give pinned memory");
    gpu_->check(gpu_->driver().event_create(&half.copied, CU_EVENT_DISABLE_TIMING), "to make an event");
  }
}

// Marks the half that is full, and goes on with the other as soon as its copies are done.
void Queue::turn_staging() {
  Staging& full = staging_[filling_];
  gpu_->check(gpu_->driver().event_record(full.copied, stream_), "to mark a copy");
  full.in_flight = true;
  filling_ = 1 - filling_;
  Staging& next = staging_[filling_];
  if (next.in_flight) gpu_->check(gpu_->driver().event_wait(next.copied), "to copy a batch");
  next.in_flight = false;
  next.used = 0;
}

// A copy of at most staging_bytes that stays until the GPU has read it.
void* Queue::stage(const void* host, int64_t bytes) {
  if (staging_[0].memory == nullptr) make_staging();
  if (staging_[filling_].used + bytes > staging_bytes) turn_staging();
  Staging& half = staging_[filling_];
  void* place = static_cast<std::byte*>(half.memory) + half.used;
  std::memcpy(place, host, to_size(bytes));
  half.used += divide_up(bytes, staging_alignment) * staging_alignment;
  return place;
}

void Queue::to_device(void* device, const void* host, int64_t bytes) {
  gpu_->use();
  for (int64_t at = 0; at < bytes; at += staging_bytes) {
    const int64_t part = std::min(staging_bytes, bytes - at);
    const void* staged = stage(static_cast<const std::byte*>(host) + at, part);
    gpu_->check(
        gpu_->driver().copy_to_device(address(static_cast<std::byte*>(device) + at), staged, to_size(part), stream_),
        "to copy to it");
  }
}

void Queue::to_host(void* host, const void* device, int64_t bytes) {
  if (bytes == 0) return;
  gpu_->use();
  gpu_->check(gpu_->driver().copy_to_host(host, address(device), to_size(bytes), stream_), "to copy from it");
  gpu_->check(gpu_->driver().stream_wait(stream_), "to finish its work");
}

void Queue::copy(void* to, const void* from, int64_t bytes) {
  if (bytes == 0 || to == from) return;
  gpu_->use();
  gpu_->check(gpu_->driver().copy_inside(address(to), address(from), to_size(bytes), stream_), "to copy inside it");
}

void Queue::zero(void* device, int64_t bytes) {
  if (bytes == 0) return;
  gpu_->use();
  gpu_->check(gpu_->driver().fill(address(device), 0, to_size(bytes), stream_), "to clear memory");
}

void Queue::wait() {
  gpu_->use();
  if (!gpu_->lost()) gpu_->check(gpu_->driver().stream_wait(stream_), "to finish its work");
}

CUkernel Queue::kernel(const KernelName& name) {
  gpu_->use();
  CUlibrary& library = libraries_[name.file];
  if (library == nullptr) {
    const void* image = image_of(name.file);
    if (image == nullptr) throw Bug(std::string("there is no code for the GPU named ") + name.file);
    gpu_->check(gpu_->driver().library_load(&library, image, nullptr, nullptr, 0, nullptr, nullptr, 0),
                "to load its code");
  }
  CUkernel kernel = nullptr;
  if (gpu_->driver().library_kernel(&kernel, library, name.name.c_str()) != CUDA_SUCCESS)
    throw Bug("the code of " + std::string(name.file) + " for the GPU has no kernel " + name.name);
  return kernel;
}

void Queue::launch(CUkernel kernel, const Grid& grid, const void* parameters) {
  if (grid.blocks == 0) return;
  gpu_->use();
  std::array<void*, 1> list = {const_cast<void*>(parameters)};  // the driver only reads them
  gpu_->check(gpu_->driver().launch(reinterpret_cast<CUfunction>(kernel), static_cast<unsigned>(grid.blocks), 1, 1,
                                    static_cast<unsigned>(grid.threads), 1, 1, 0, stream_, list.data(), nullptr),
              "to start a kernel");
}

void Queue::begin_recording() {
  gpu_->use();
  gpu_->check(gpu_->driver().capture_begin(stream_, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "to record a step");
}

CUgraphExec Queue::end_recording() {
  CUgraph graph = nullptr;
  gpu_->check(gpu_->driver().capture_end(stream_, &graph), "to record a step");
  CUgraphExec executable = nullptr;
  const CUresult result = gpu_->driver().graph_instantiate(&executable, graph, 0);
  gpu_->driver().graph_destroy(graph);
  gpu_->check(result, "to record a step");
  return executable;
}

void Queue::run(CUgraphExec graph) {
  gpu_->use();
  gpu_->check(gpu_->driver().graph_launch(graph, stream_), "to run a step");
}

void Queue::destroy(CUgraphExec graph) {
  gpu_->use_anyway();
  gpu_->driver().stream_wait(stream_);
  gpu_->driver().graph_exec_destroy(graph);
}

}  // namespace dltrain::backends::cuda
