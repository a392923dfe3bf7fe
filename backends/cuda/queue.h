// The work of a GPU: one stream, on which everything runs in the order in which it was asked for, and the kernels of
// this module. Copies from host memory go through pinned buffers, so that the caller's memory is free again at return
// while the copy itself runs behind earlier work.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "backends/cuda/gpu.h"

namespace dltrain::backends::cuda {

// How many threads take part: blocks of `threads` each.
struct Grid {
  int64_t blocks = 1;
  int threads = 256;
};

// A kernel by the file it is in (backends/cuda/device/FILE.cu) and its name there.
struct KernelName {
  const char* file;
  std::string name;
};

class Queue {
 public:
  explicit Queue(std::unique_ptr<Gpu> gpu);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  const Gpu& gpu() const { return *gpu_; }
  CUstream stream() const { return stream_; }

  // Throws UserError (memory) with the size. Memory has the alignment of the driver, 256 bytes.
  void* allocate(int64_t bytes);
  void release(void* memory);  // after the work that was asked for
  int64_t free_memory() const;  // bytes that no process uses; -1 if the driver does not say
  void to_device(void* device, const void* host, int64_t bytes);
  void to_host(void* host, const void* device, int64_t bytes);  // waits
  void copy(void* to, const void* from, int64_t bytes);
  void zero(void* device, int64_t bytes);
  void wait();

  // The kernel, whose file is loaded with its first. A Bug if there is none of that name.
  CUkernel kernel(const KernelName& name);
  // Enqueues one kernel with its only parameter, which is copied. Nothing happens where there are no blocks.
  void launch(CUkernel kernel, const Grid& grid, const void* parameters);

  // Between these, work is recorded instead of run; the executable graph is the caller's.
  void begin_recording();
  CUgraphExec end_recording();
  void run(CUgraphExec graph);
  void destroy(CUgraphExec graph);

 private:
  // Half of the pinned memory: the one is filled while the copy out of the other runs.
  struct Staging {
    void* memory = nullptr;
    int64_t used = 0;
    CUevent copied = nullptr;
    bool in_flight = false;
  };

  void* stage(const void* host, int64_t bytes);
  void make_staging();
  void turn_staging();

  std::unique_ptr<Gpu> gpu_;
  CUstream stream_ = nullptr;
  std::array<Staging, 2> staging_;
  size_t filling_ = 0;
  std::map<std::string, CUlibrary> libraries_;  // by file
};

}  // namespace dltrain::backends::cuda
