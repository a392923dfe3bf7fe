#include "backends/onednn/backend.h"

#include <latch>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "backends/host.h"
#include "backends/onednn/denormals.h"
#include "backends/onednn/fuse.h"
#include "backends/onednn/limits.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/registry.h"
#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "graph/op.h"

namespace dltrain::backends::onednn {

namespace {

// Pages of the library's code, generated code, primitives and stacks of threads, once a plan runs (measured: 9 to 12
// MiB for small and larger networks).
constexpr int64_t library_bytes = int64_t{10} << 20;

// Above this, memory comes in huge pages where the system has them: fewer misses of the address cache.
constexpr int64_t huge_page = int64_t{1} << 21;
constexpr uintptr_t page = 4096;

[[noreturn]] void refuse_memory(int64_t bytes, const Machine& machine) {
  throw UserError(ExitCode::memory, "memory", "",
                  bytes_text(to_size(bytes)) + " of memory cannot be had (the process may use " +
                      bytes_text(to_size(machine.memory_bytes)) + " in all)",
                  "use a smaller batch_size or a smaller model");
}

// The system promises more memory than there is, and kills who believes it.
void check_available(int64_t bytes) {
  constexpr int64_t small = int64_t{64} << 20;
  if (bytes < small) return;
  const int64_t available = available_memory();
  if (available < 0 || bytes <= available - small) return;
  throw UserError(ExitCode::memory, "memory", "",
                  bytes_text(to_size(bytes)) + " of memory cannot be had (" + bytes_text(to_size(available)) +
                      " are free at this moment)",
                  "use a smaller batch_size or a smaller model, or end other programs");
}

// OpenMP ends the process where a thread cannot be started. Within the number of processors they always can.
void check_threads(int threads) {
  if (threads <= usable_threads()) return;
  std::latch done(1);
  std::vector<std::jthread> started;
  try {
    for (int i = 1; i < threads; ++i) started.emplace_back([&] { done.wait(); });
  } catch (const std::system_error&) {
    done.count_down();
    throw UserError(ExitCode::device, "too-many-threads", "[run]",
                    "the system does not let this process start " + std::to_string(threads) + " threads",
                    "leave threads out, or write threads = " + std::to_string(usable_threads()));
  }
  done.count_down();
}

}  // namespace

OnednnBackend::OnednnBackend(int threads) : machine_(open_machine(threads)) {
  check_threads(machine_.threads);
  device_ = {.name = "cpu",
             .description = describe(machine_),
             .memory_bytes = machine_.memory_bytes,
             .precisions = {{"float32", ""},
                            {"mixed_float16", "GPUs have units for numbers of that range"},
                            {"mixed_bfloat16", machine_.no_bfloat16}},
             .library_bytes = library_bytes};
  // Worker threads do nothing but kernels and keep this mode; the calling thread has it inside kernels only.
  in_parallel(machine_.threads, [](int part) {
    if (part > 0) FlushDenormals::keep();
  });
}

Support OnednnBackend::supports(const graph::Graph& graph, const graph::Node& node) const {
  const std::vector<bool> used(node.outputs.size(), true);
  return kernel_registry().supports({{graph, node, used}, machine_}, "the op is not known to this backend");
}

std::unique_ptr<Kernel> OnednnBackend::compile(const graph::Graph& graph, const graph::Node& node,
                                               const std::vector<bool>& output_used) {
  if (auto kernel = kernel_registry().compile({{graph, node, output_used}, machine_})) return kernel;
  throw Bug("compile is asked for " + node.op->name + ", which is not supported");
}

std::vector<std::string> OnednnBackend::implementations(const graph::Graph& graph, const graph::Node& node,
                                                        const std::vector<bool>& output_used) const {
  return kernel_registry().implementations({{graph, node, output_used}, machine_});
}

std::unique_ptr<Kernel> OnednnBackend::compile_as(const graph::Graph& graph, const graph::Node& node,
                                                  const std::vector<bool>& output_used,
                                                  const std::string& implementation) {
  return kernel_registry().compile_as({{graph, node, output_used}, machine_}, implementation);
}

Limits OnednnBackend::measure_limits() { return onednn::measure_limits(machine_); }

graph::Graph OnednnBackend::fuse(const graph::Graph& graph) const { return onednn::fuse(graph); }

void* OnednnBackend::allocate(int64_t bytes) {
  if (machine_.memory_bytes > 0 && bytes > machine_.memory_bytes) refuse_memory(bytes, machine_);
  check_available(bytes);
  const int64_t alignment = bytes >= huge_page ? huge_page : 64;
  void* memory = nullptr;
  if (::posix_memalign(&memory, to_size(alignment), to_size(std::max<int64_t>(bytes, 1))) != 0)
    refuse_memory(bytes, machine_);
  // Whole huge pages only, so that no memory is taken that was not asked for. It is a wish: not granting it costs
  // nothing.
  if (bytes >= huge_page) ::madvise(memory, to_size(bytes / huge_page * huge_page), MADV_HUGEPAGE);
  return memory;
}

void OnednnBackend::release(void* memory) { std::free(memory); }
void OnednnBackend::to_device(void* device, const void* host, int64_t bytes) {
  std::memcpy(device, host, to_size(bytes));
}
void OnednnBackend::to_host(void* host, const void* device, int64_t bytes) {
  std::memcpy(host, device, to_size(bytes));
}
void OnednnBackend::copy(void* to, const void* from, int64_t bytes) { std::memmove(to, from, to_size(bytes)); }

// Whole pages are given back: what is read there next is zero. Memory that nobody writes to is not taken then; what
// `dltrain check` plans for costs nothing.
void OnednnBackend::zero(void* device, int64_t bytes) {
  auto* const begin = static_cast<std::byte*>(device);
  auto* const end = begin + bytes;
  std::byte* first = begin;
  std::byte* last = begin;
  constexpr int64_t worth_a_call = 16 * page;
  if (bytes >= worth_a_call) {
    const auto up = [](std::byte* at) { return at + (page - reinterpret_cast<uintptr_t>(at) % page) % page; };
    first = up(begin);
    last = end - reinterpret_cast<uintptr_t>(end) % page;
    if (::madvise(first, static_cast<size_t>(last - first), MADV_DONTNEED) != 0) first = last = begin;
  }
  std::memset(begin, 0, static_cast<size_t>(first - begin));
  std::memset(last, 0, static_cast<size_t>(end - last));
}

}  // namespace dltrain::backends::onednn
