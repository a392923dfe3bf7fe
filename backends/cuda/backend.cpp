#include "backends/cuda/backend.h"

#include "backends/cuda/device/elementwise_parameters.h"
#include "backends/cuda/fused.h"
#include "backends/cuda/ranges.h"
#include "backends/cuda/registry.h"
#include "backends/cuda/time_marks.h"
#include "backends/fuse/attention.h"
#include "backends/fuse/batch_norm.h"
#include "backends/fuse/layer_norm.h"
#include "backends/fuse/narrow.h"
#include "backends/fuse/product.h"
#include "core/diagnostic.h"
#include "graph/op.h"
#include "graph/passes.h"

namespace dltrain::backends::cuda {

namespace {

// Host memory that the driver takes for a connection to a GPU, roughly: its own code, tables and buffers.
constexpr int64_t library_bytes = int64_t{256} << 20;

class GraphRecording final : public Recording {
 public:
  GraphRecording(Queue& queue, CUgraphExec graph) : queue_(queue), graph_(graph) {}
  ~GraphRecording() override { queue_.destroy(graph_); }
  GraphRecording(const GraphRecording&) = delete;
  GraphRecording& operator=(const GraphRecording&) = delete;
  void run() override { queue_.run(graph_); }

 private:
  Queue& queue_;
  CUgraphExec graph_;
};

// The first value of a node that has more elements than kernels count; empty if none has.
std::string too_large(const graph::Graph& graph, const graph::Node& node) {
  const auto large = [](const graph::ValueType& type) { return type.elements() > device::max_elements; };
  for (const graph::Value input : node.inputs) {
    if (large(graph.type(input))) return graph.type(input).text();
  }
  for (const graph::ValueType& output : node.outputs) {
    if (large(output)) return output.text();
  }
  return {};
}

}  // namespace

CudaBackend::CudaBackend(std::unique_ptr<Gpu> gpu, const BackendOptions& options)
    : queue_(std::make_unique<Queue>(std::move(gpu))), libraries_(std::make_unique<Libraries>(*queue_, options)) {
  const GpuFacts& facts = queue_->gpu().facts();
  device_ = {.name = queue_->gpu().device(),
             .description = facts.text(),
             .memory_bytes = facts.memory,
             .precisions = {},
             .library_bytes = library_bytes};
  for (const char* precision : precisions) device_.precisions.push_back({precision, ""});
}

Support CudaBackend::supports(const graph::Graph& graph, const graph::Node& node) const {
  if (const std::string large = too_large(graph, node); !large.empty())
    return {false, "CUDA kernels count 2^31 elements at most (was " + large + ")"};
  const std::vector<bool> used(node.outputs.size(), true);
  return kernel_registry().supports({{graph, node, used}, *queue_, *libraries_}, "there is no CUDA kernel for this op");
}

std::unique_ptr<Kernel> CudaBackend::compile(const graph::Graph& graph, const graph::Node& node,
                                             const std::vector<bool>& output_used) {
  auto kernel = kernel_registry().compile({{graph, node, output_used}, *queue_, *libraries_});
  if (kernel == nullptr) throw Bug("compile is asked for " + node.op->name + ", which is not supported");
  if (!wants_ranges()) return kernel;
  const std::string& layer = graph.scope(node).path;
  return in_range(layer.empty() ? node.op->name : layer + " " + node.op->name, std::move(kernel));
}

// What the data sheet promises, from what the GPU says of itself: two operations per clock in each of 128 lanes of a
// processor (64 on the GPUs of compute capability 8.0), and two transfers per clock of the memory.
Limits CudaBackend::measure_limits() {
  const GpuFacts& facts = queue_->gpu().facts();
  const double lanes = facts.capability == 80 ? 64 : 128;
  return {
      .flops = 2e3 * lanes * facts.processors * static_cast<double>(facts.clock_khz),
      .bandwidth = 2e3 * static_cast<double>(facts.memory_clock_khz) * static_cast<double>(facts.memory_bus_bits) / 8};
}

graph::Graph CudaBackend::fuse(const graph::Graph& graph) const {
  const auto has_no_kernel = [this](const graph::Graph& at, const graph::Node& node) {
    return !supports(at, node).yes;
  };
  Editor editor(round_weights(expand_narrow(graph, has_no_kernel)));
  for (int32_t node = 0; node < editor.node_count(); ++node) fuse_product(editor, node, fits_product);
  for (int32_t node = 0; node < editor.node_count(); ++node) {
    if (supports(editor.graph(), editor.node(node)).yes) fuse_attention(editor, node);
  }
  for (const auto pattern : {fuse_batch_norm, fuse_batch_norm_gradient, fuse_layer_norm, fuse_layer_norm_gradient}) {
    for (int32_t node = 0; node < editor.node_count(); ++node) pattern(editor, node);
  }
  return graph::remove_dead_code(editor.graph());
}

// By events between the kernels, without waiting for each: what is measured is the GPU's work and not the calls.
std::vector<double> CudaBackend::time(size_t count, const std::function<void(size_t)>& launch) {
  TimeMarks marks(*queue_, count + 1);
  marks.set();
  for (size_t i = 0; i < count; ++i) {
    launch(i);
    marks.set();
  }
  return marks.seconds_between();
}

std::unique_ptr<Recording> CudaBackend::record(std::span<const Launch> launches) {
  if (launches.empty()) return nullptr;
  queue_->begin_recording();
  for (const Launch& launch : launches) launch.kernel->run(launch.arguments);
  return std::make_unique<GraphRecording>(*queue_, queue_->end_recording());
}

}  // namespace dltrain::backends::cuda
