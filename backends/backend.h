// What a device must offer. A backend compiles nodes into kernels once; a kernel runs on pointers. Choosing happens in
// `compile` and is a pure function of the node, the instruction set, the number of threads and the library's version,
// so that runs repeat bit for bit; who wants another implementation asks for it by its name (backends/kernel_choice.h).
// Nothing falls back to another device.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace dltrain::backends {

// What a kernel runs on. Pointers are to device memory; those of outputs that nobody reads are null. `scratch` is
// shared with other kernels; `packed` keeps its contents between runs and is shared with kernels that hold the same
// copy.
struct Arguments {
  std::span<void* const> inputs;
  std::span<void* const> outputs;
  void* scratch = nullptr;
  void* packed = nullptr;
};

// What a kernel needs and what it should cost.
struct KernelInfo {
  std::string implementation;  // "brgemm:avx512_core", "reference"
  int64_t scratch_bytes = 0;
  int64_t packed_bytes = 0;  // private copies of weights in the layout that the kernel prefers
  std::vector<int> packed_inputs;  // the inputs they are copies of
  std::string packed_layout;  // equal for kernels whose copies of the same inputs are the same bytes; empty: none are
  std::vector<std::pair<int, int>> in_place;  // (input, output): the output may be written over the input
  double flops = 0;  // multiplications and additions of one run
  bool narrow_products = false;  // they are those of matrix units (Limits::narrow_flops)
  double bytes = 0;  // memory that one run must at least move
  int reorders = 0;  // layout changes in each run
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  const KernelInfo& info() const { return info_; }
  // Brings the packed inputs into `packed`. Called before the first run, and again after a state among them has changed
  // (or before every run, if one of them is not a state).
  virtual void pack(const Arguments&) {}
  // Enqueues the work; the results are there after Backend::wait.
  virtual void run(const Arguments& arguments) = 0;

 protected:
  KernelInfo info_;
};

// Yes, or no with the reason in words.
struct Support {
  bool yes = true;
  std::string reason;
};

// One kernel of a plan with its final addresses. The pointers behind the spans may change between runs where the host
// binds new batches.
struct Launch {
  Kernel* kernel;
  Arguments arguments;
};

// A recorded sequence of launches that is run as a whole (a CUDA graph).
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void run() = 0;
};

// What a device computes in: a precision as recipes name it, and what it lacks to have it.
struct PrecisionInfo {
  std::string name;
  std::string missing;  // empty: it has it
};

struct DeviceInfo {
  std::string name;  // "cpu", "cuda:0"
  std::string description;  // "AVX-512 with AMX, 2 threads, oneDNN 3.7.2"
  int64_t memory_bytes = 0;  // what the process may use
  std::vector<PrecisionInfo> precisions = {{"float32", ""}};
  int64_t library_bytes = 0;  // about what computing takes beside what is allocated here: code, tables, stacks
};

// What a device does at most.
struct Limits {
  double flops = 0;  // float32 multiplications and additions per second; 0: not known
  double narrow_flops = 0;  // bfloat16 ones, of matrix products; 0: not known, or it has no units for them
  double bandwidth = 0;  // bytes read and written per second, where no cache holds them; 0: not known
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual const DeviceInfo& device() const = 0;
  // Whether `compile` would accept the node. Composite nodes that are refused are expanded; a refused primitive is an
  // error before anything runs.
  virtual Support supports(const graph::Graph& graph, const graph::Node& node) const = 0;
  virtual std::unique_ptr<Kernel> compile(const graph::Graph& graph, const graph::Node& node,
                                          const std::vector<bool>& output_used) = 0;
  // Names of the implementations that can compute the node, the one that `compile` takes first; empty where there is no
  // choice.
  virtual std::vector<std::string> implementations(const graph::Graph&, const graph::Node&,
                                                   const std::vector<bool>& /*output_used*/) const {
    return {};
  }
  // The kernel of one of these names; null if it is none of them.
  virtual std::unique_ptr<Kernel> compile_as(const graph::Graph&, const graph::Node&,
                                             const std::vector<bool>& /*output_used*/,
                                             const std::string& /*implementation*/) {
    return nullptr;
  }
  // Replaces groups of nodes by fused ones that this backend runs faster. The default changes nothing.
  virtual graph::Graph fuse(const graph::Graph& graph) const { return graph; }

  // Device memory, aligned to 64 bytes at least. Throws UserError (memory) with the size.
  virtual void* allocate(int64_t bytes) = 0;
  virtual void release(void* memory) = 0;
  virtual void to_device(void* device, const void* host, int64_t bytes) = 0;
  virtual void to_host(void* host, const void* device, int64_t bytes) = 0;
  virtual void copy(void* to, const void* from, int64_t bytes) = 0;  // within the device
  virtual void zero(void* device, int64_t bytes) = 0;
  // Until everything that was enqueued is done.
  virtual void wait() = 0;
  // Host memory can be given to kernels as it is.
  virtual bool shares_host_memory() const = 0;
  // Bytes of its memory that nobody uses at this moment; -1 if unknown. The default is the host's (backends/host.h).
  virtual int64_t free_memory() const;
  // Calls launch(0), ..., launch(count - 1), which enqueue work, and gives the seconds that the device was at each: by the
  // host's clock, or by the device's own. Waits.
  virtual std::vector<double> time(size_t count, const std::function<void(size_t)>& launch);
  // Measures them now; nothing is known of a backend that is not made to be fast.
  virtual Limits measure_limits() { return {}; }
  // Records launches for repeated runs; null where there is nothing to gain.
  virtual std::unique_ptr<Recording> record(std::span<const Launch>) { return nullptr; }
};

}  // namespace dltrain::backends
