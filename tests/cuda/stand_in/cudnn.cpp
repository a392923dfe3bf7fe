// libcudnn.so.9 on the pretended machine: its backend API for convolutions and for graphs of operations such as attention,
// which are computed on the host from the descriptors that they are given. What the library would refuse is refused:
// attributes that are missing or of another type, sizes that do not fit together, tensors that do not lie channels last,
// other padding on one side than on the other, memory that nobody has allocated. Its heuristics propose an engine that
// sums in any order (backward only), one that rounds to tensorfloat32, and one that does neither.
#include <cudnn.h>

#include <algorithm>
#include <cstring>

#include "tests/cuda/stand_in/cudnn_convolution.h"
#include "tests/cuda/stand_in/cudnn_operations.h"
#include "tests/cuda/stand_in/machine.h"

using namespace dltrain::stand_in;

namespace {

constexpr int64_t workspace_bytes = 5000;  // of every plan

// What callers hold: the node is shared, so that a destroyed descriptor is not missed by those that were made of it.
struct Handle {
  std::shared_ptr<Node> node;
};
Handle& of(cudnnBackendDescriptor_t descriptor) { return *static_cast<Handle*>(descriptor); }

const Node& first_operation(const Node& graph) { return *graph.values.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).nodes.at(0); }

std::vector<EngineKind> engines_for(const Node& graph, cudnnBackendHeurMode_t mode) {
  const std::string& lacks = machine().settings.cudnn_lacks;
  std::vector<EngineKind> engines;
  if (!is_convolution(first_operation(graph))) {
    const bool lacking = lacks == "deterministic" && is_attention_gradient(graph);
    if (mode == CUDNN_HEUR_MODE_A && sums_in_memory(graph)) engines.push_back(any_order);
    else if (mode == CUDNN_HEUR_MODE_A && !lacking) engines.push_back(exact);
    return engines;
  }
  const bool backward = is_backward_convolution(first_operation(graph));
  if (mode == CUDNN_HEUR_MODE_A && lacks != "heuristics") {
    if (backward) engines.push_back(any_order);
    engines.push_back(rounding);
    if (lacks != "exact" && !(backward && lacks == "deterministic")) engines.push_back(exact);
  }
  if (mode == CUDNN_HEUR_MODE_FALLBACK && lacks == "heuristics") engines.push_back(exact);
  return engines;
}

void count_plan(EngineKind engine, Storage storage) {
  if (engine == any_order) machine().add("plans that sum in any order");
  if (engine == rounding && storage == Storage::float32) machine().add("plans in tensorfloat32");
  if (storage == Storage::bfloat16) machine().add("plans in bfloat16");
  if (storage == Storage::float16) machine().add("plans in float16");
}

cudnnStatus_t finalize_plan(Node& plan) {
  const Node& configuration = *plan.node(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  const std::string& lacks = machine().settings.cudnn_lacks;
  plan.engine = configuration.engine;
  if (!is_convolution(first_operation(*configuration.graph))) {
    if (lacks == "attention" || !has_attention_engine(*configuration.graph)) return CUDNN_STATUS_NOT_SUPPORTED;
    if (plan.engine == any_order) machine().add("plans that sum in any order");
    machine().add("plans of attention");
    return CUDNN_STATUS_SUCCESS;
  }
  const ConvolutionRead read = read_convolution(*configuration.graph);
  const bool fused = read.convolve.bias || read.convolve.relu;
  if (!read.even || lacks == "plans" || (fused && lacks == "fused")) return CUDNN_STATUS_NOT_SUPPORTED;
  count_plan(plan.engine, read.convolve.storage);
  return CUDNN_STATUS_SUCCESS;
}

bool takes_graph(const Node& graph) {
  return is_convolution(first_operation(graph)) ? read_convolution(graph).fits : fits_operations(graph);
}

bool lies_well(const void* address, const Tensor& tensor, Storage storage) {
  const auto start = reinterpret_cast<CUdeviceptr>(address);
  return start % 64 == 0 && machine().holds(start, static_cast<size_t>(elements_of(tensor)) * bytes_of(storage));
}

// What computes a convolution; empty where its memory is not there.
Work bound_convolution(const Node& graph, EngineKind engine, const std::map<int64_t, void*>& given) {
  const ConvolutionRead read = read_convolution(graph);
  Convolve c = read.convolve;
  c.rounds = engine == rounding && c.storage == Storage::float32;
  void* memory[4] = {};
  for (size_t k = 0; k < 4; ++k) {
    const auto found = given.find(read.ids[k]);
    if (read.ids[k] != 0 && found != given.end()) memory[k] = found->second;
  }
  const bool well = lies_well(memory[0], c.images, c.storage) && lies_well(memory[1], c.kernel, c.storage) &&
                    lies_well(memory[2], c.results, c.storage) &&
                    (!c.bias || machine().holds(reinterpret_cast<CUdeviceptr>(memory[3]),
                                                static_cast<size_t>(c.results.sizes[1]) * bytes_of(c.storage)));
  if (!well) return {};
  return [c, images = memory[0], kernel = memory[1], results = memory[2], bias = static_cast<const void*>(memory[3])] {
    convolve(c, images, kernel, results, bias);
  };
}

// Copies descriptors that the caller has made into those that a query gives.
void give(const Node& from, void* array, size_t i) {
  *of(static_cast<cudnnBackendDescriptor_t*>(array)[i]).node = from;
}

}  // namespace

struct cudnnContext {
  Stream* stream = nullptr;
};

extern "C" {

size_t cudnnGetVersion() { return static_cast<size_t>(machine().settings.cudnn); }
const char* cudnnGetErrorString(cudnnStatus_t status) {
  if (status == CUDNN_STATUS_EXECUTION_FAILED) return "CUDNN_STATUS_EXECUTION_FAILED";
  if (status == CUDNN_STATUS_NOT_SUPPORTED) return "CUDNN_STATUS_NOT_SUPPORTED";
  return status == CUDNN_STATUS_NOT_INITIALIZED ? "CUDNN_STATUS_NOT_INITIALIZED" : "CUDNN_STATUS_OTHER";
}
void cudnnGetLastErrorString(char* message, size_t bytes) {
  if (bytes > 0) message[0] = '\0';
}
cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  if (const int failed = machine().failure("cudnnCreate"); failed != 0) return static_cast<cudnnStatus_t>(failed);
  if (!machine().current) return CUDNN_STATUS_NOT_INITIALIZED;
  *handle = new cudnnContext;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  handle->stream = reinterpret_cast<Stream*>(stream);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* descriptor) {
  auto* handle = new Handle{std::make_shared<Node>()};
  handle->node->type = type;
  *descriptor = handle;
  machine().add("descriptors made");
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  delete &of(descriptor);
  machine().add("descriptors destroyed");
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void* values) {
  Node& node = *of(descriptor).node;
  if (node.final || count < 1) return CUDNN_STATUS_BAD_PARAM;
  Value value{type, count, {}, {}};
  value.bytes.resize(static_cast<size_t>(count) * bytes_of(type));
  std::memcpy(value.bytes.data(), values, value.bytes.size());
  if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    for (int64_t i = 0; i < count; ++i) {
      value.nodes.push_back(of(static_cast<const cudnnBackendDescriptor_t*>(values)[i]).node);
      if (!value.nodes.back()->final) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    }
  }
  node.values[name] = std::move(value);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
  Node& node = *of(descriptor).node;
  if (!is_complete(node)) return CUDNN_STATUS_BAD_PARAM;
  if (node.type == CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR && !takes_graph(node)) return CUDNN_STATUS_BAD_PARAM;
  if (node.type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR) machine().add("cudnn heuristics");
  if (node.type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
    if (const cudnnStatus_t status = finalize_plan(node); status != CUDNN_STATUS_SUCCESS) return status;
  }
  node.final = true;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t, int64_t count, int64_t* given, void* values) {
  const Node& node = *of(descriptor).node;
  if (!node.final) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
  if (name == CUDNN_ATTR_ENGINEHEUR_RESULTS) {
    const NodePointer graph = node.node(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
    const std::vector<EngineKind> engines =
        engines_for(*graph, node.get<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE));
    *given = static_cast<int64_t>(engines.size());
    for (size_t i = 0; i < engines.size() && static_cast<int64_t>(i) < count; ++i)
      give({CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, {}, true, engines[i], graph}, values, i);
    return CUDNN_STATUS_SUCCESS;
  }
  if (name == CUDNN_ATTR_ENGINECFG_ENGINE && count == 1) {
    *given = 1;
    give({CUDNN_BACKEND_ENGINE_DESCRIPTOR, {}, true, node.engine, nullptr}, values, 0);
    return CUDNN_STATUS_SUCCESS;
  }
  if (name == CUDNN_ATTR_ENGINE_NUMERICAL_NOTE) {
    *given = node.engine == exact ? 0 : 1;
    auto* notes = static_cast<cudnnBackendNumericalNote_t*>(values);
    if (*given == 1)
      notes[0] = node.engine == any_order ? CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC : CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
    return CUDNN_STATUS_SUCCESS;
  }
  if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE) {
    std::memcpy(values, &workspace_bytes, sizeof workspace_bytes);
    return CUDNN_STATUS_SUCCESS;
  }
  return CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack) {
  if (const int failed = machine().failure("cudnnBackendExecute"); failed != 0)
    return static_cast<cudnnStatus_t>(failed);
  const Node& planned = *of(plan).node;
  const Node& bound = *of(pack).node;
  if (!planned.final || !bound.final || handle->stream == nullptr) return CUDNN_STATUS_BAD_PARAM;
  const NodePointer graph = planned.node(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)->graph;
  const std::vector<int64_t> ids = bound.integers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  std::map<int64_t, void*> memory;
  for (size_t i = 0; i < ids.size(); ++i)
    std::memcpy(&memory[ids[i]],
                bound.values.at(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).bytes.data() + i * sizeof(void*), sizeof(void*));
  auto* const workspace = bound.get<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
  if (!machine().holds(reinterpret_cast<CUdeviceptr>(workspace), workspace_bytes)) return CUDNN_STATUS_BAD_PARAM;
  const Work work = is_convolution(first_operation(*graph)) ? bound_convolution(*graph, planned.engine, memory)
                                                            : compute_operations(graph, memory);
  if (!work) return CUDNN_STATUS_BAD_PARAM;
  machine().enqueue(*handle->stream, [workspace, work] {
    std::memset(workspace, 0xFF, workspace_bytes);
    work();
  });
  return CUDNN_STATUS_SUCCESS;
}
}
