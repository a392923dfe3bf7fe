// libcudnn.so.9 on the pretended machine: its backend API for convolutions, which are computed on the host from the
// descriptors that they are given. What the library would refuse is refused: attributes that are missing or of another
// type, sizes that do not fit together, tensors that do not lie channels last, other padding on one side than on the
// other, memory that nobody has allocated. Its heuristics propose an engine that sums in any order (backward only), one
// that rounds to tensorfloat32, and one that does neither.
#include <cudnn.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "tests/cuda/stand_in/convolve.h"
#include "tests/cuda/stand_in/machine.h"

using namespace dltrain::stand_in;

namespace {

constexpr int64_t workspace_bytes = 5000;  // of every plan

enum EngineKind {
  any_order,
  rounding,
  exact
};

struct Node;
using NodePointer = std::shared_ptr<const Node>;

// An attribute: values of one type, or other descriptors.
struct Value {
  cudnnBackendAttributeType_t type;
  int64_t count;
  std::vector<std::byte> bytes;
  std::vector<NodePointer> nodes;
};

struct Node {
  cudnnBackendDescriptorType_t type;
  std::map<cudnnBackendAttributeName_t, Value> values;
  bool final = false;
  EngineKind engine = exact;  // of configurations and engines
  NodePointer graph;  // that a configuration is for

  const Value* find(cudnnBackendAttributeName_t name) const {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
  }
  template <class T> T get(cudnnBackendAttributeName_t name) const {
    T value{};
    std::memcpy(&value, values.at(name).bytes.data(), sizeof value);
    return value;
  }
  std::vector<int64_t> integers(cudnnBackendAttributeName_t name) const {
    const Value& value = values.at(name);
    std::vector<int64_t> list(static_cast<size_t>(value.count));
    std::memcpy(list.data(), value.bytes.data(), value.bytes.size());
    return list;
  }
  NodePointer node(cudnnBackendAttributeName_t name) const { return values.at(name).nodes.at(0); }
};

// What callers hold: the node is shared, so that a destroyed descriptor is not missed by those that were made of it.
struct Handle {
  std::shared_ptr<Node> node;
};
Handle& of(cudnnBackendDescriptor_t descriptor) { return *static_cast<Handle*>(descriptor); }

size_t bytes_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_BOOLEAN: return sizeof(bool);
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_DOUBLE: return 8;
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR: return sizeof(void*);
    default: return 4;
  }
}

struct Needed {
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
};

std::vector<Needed> convolution_needs(int window) {
  const auto name = [](int number) { return static_cast<cudnnBackendAttributeName_t>(number); };
  // Before it stand the factors, behind it the three tensors.
  std::vector<Needed> needs = {{name(window - 2), CUDNN_TYPE_FLOAT}, {name(window - 1), CUDNN_TYPE_FLOAT}};
  for (int i = 0; i <= 3; ++i) needs.push_back({name(window + i), CUDNN_TYPE_BACKEND_DESCRIPTOR});
  return needs;
}

std::vector<Needed> needs_of(const Node& node) {
  switch (node.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      return {{CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE},
              {CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64}};
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
      return {{CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE},
              {CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE},
              {CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64}};
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return convolution_needs(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return convolution_needs(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return convolution_needs(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC);
    case CUDNN_BACKEND_POINTWISE_DESCRIPTOR:
      return {{CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE},
              {CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE}};
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR:
      return {{CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, CUDNN_TYPE_BACKEND_DESCRIPTOR},
              {CUDNN_ATTR_OPERATION_POINTWISE_XDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR},
              {CUDNN_ATTR_OPERATION_POINTWISE_YDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR}};
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
      return {{CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE},
              {CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR}};
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
      return {{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR},
              {CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE}};
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
      return {{CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE},
              {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR}};
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      return {{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64},
              {CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR},
              {CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR}};
    default: return {};
  }
}

bool is_backward(const Node& operation) {
  return operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ||
         operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
}

// The operations of a graph read as one convolution with what is added to it.
struct Read {
  Convolve convolve;
  int64_t ids[4] = {0, 0, 0, 0};  // images, kernel, results, bias (0: none)
  bool fits = false;  // sizes, types and tensors go together
  bool even = false;  // padding is the same on both sides
};

Tensor tensor_of(const Node& node) {
  Tensor tensor;
  const std::vector<int64_t> sizes = node.integers(CUDNN_ATTR_TENSOR_DIMENSIONS);
  const std::vector<int64_t> strides = node.integers(CUDNN_ATTR_TENSOR_STRIDES);
  if (sizes.size() != 4 || strides.size() != 4) return tensor;
  std::copy(sizes.begin(), sizes.end(), tensor.sizes);
  std::copy(strides.begin(), strides.end(), tensor.strides);
  return tensor;
}
int64_t id_of(const Node& node) { return node.get<int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID); }
bool is_virtual(const Node& node) {
  return node.find(CUDNN_ATTR_TENSOR_IS_VIRTUAL) != nullptr && node.get<bool>(CUDNN_ATTR_TENSOR_IS_VIRTUAL);
}

// Images, kernel and results of a convolution's node.
struct Sides {
  NodePointer images, kernel, results, window;
  float alpha, beta;
};
Sides sides_of(const Node& o) {
  if (o.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR) {
    return {o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA)};
  }
  if (o.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR) {
    return {o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY),
            o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA),
            o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA)};
  }
  return {o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X),
          o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W),
          o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y),
          o.node(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC),
          o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA),
          o.get<float>(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA)};
}

// Follows the additions and rectifiers behind a convolution up to the tensor that is in memory.
bool read_rest(const std::vector<NodePointer>& operations, NodePointer last, Read& read) {
  for (size_t i = 1; i < operations.size(); ++i) {
    const Node& o = *operations[i];
    if (o.type != CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR || !is_virtual(*last) ||
        id_of(*o.node(CUDNN_ATTR_OPERATION_POINTWISE_XDESC)) != id_of(*last))
      return false;
    const auto mode =
        o.node(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)->get<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
    if (mode == CUDNN_POINTWISE_ADD && !read.convolve.relu) {
      const Node& bias = *o.node(CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
      const Tensor tensor = tensor_of(bias);
      if (tensor.sizes[0] != 1 || tensor.sizes[1] != read.convolve.results.sizes[1] || tensor.sizes[2] != 1 ||
          tensor.sizes[3] != 1 || tensor.strides[1] != 1)
        return false;
      read.convolve.bias = true;
      read.ids[3] = id_of(bias);
    } else if (mode == CUDNN_POINTWISE_RELU_FWD) {
      read.convolve.relu = true;
    } else {
      return false;
    }
    last = o.node(CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
  }
  read.ids[2] = id_of(*last);
  return !is_virtual(*last);
}

cudnnDataType_t type_of(const Node& tensor) { return tensor.get<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE); }

// All tensors in memory come in one type, as the library has engines for; those that are not are float32.
bool read_type(const std::vector<NodePointer>& operations, const Sides& sides, Convolve& c) {
  const cudnnDataType_t type = type_of(c.kind == Convolve::to_images ? *sides.results : *sides.images);
  if (type != CUDNN_DATA_FLOAT && type != CUDNN_DATA_BFLOAT16 && type != CUDNN_DATA_HALF) return false;
  c.storage = type == CUDNN_DATA_FLOAT  ? Storage::float32
              : type == CUDNN_DATA_HALF ? Storage::float16
                                        : Storage::bfloat16;
  std::vector<NodePointer> tensors = {sides.images, sides.kernel, sides.results};
  for (size_t i = 1; i < operations.size(); ++i) {
    const Node& o = *operations[i];
    if (o.find(CUDNN_ATTR_OPERATION_POINTWISE_BDESC) != nullptr)
      tensors.push_back(o.node(CUDNN_ATTR_OPERATION_POINTWISE_BDESC));
    tensors.push_back(o.node(CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
  }
  return std::all_of(tensors.begin(), tensors.end(), [&](const NodePointer& tensor) {
    return type_of(*tensor) == (is_virtual(*tensor) ? CUDNN_DATA_FLOAT : type);
  });
}

Read read_graph(const Node& graph) {
  Read read;
  const std::vector<NodePointer>& operations = graph.values.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).nodes;
  const Node& first = *operations.at(0);
  const bool forward = first.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
  if (!forward && !is_backward(first)) return read;
  const Sides sides = sides_of(first);
  Convolve& c = read.convolve;
  c.kind = forward                                                                      ? Convolve::forward
           : first.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ? Convolve::to_images
                                                                                        : Convolve::to_kernel;
  c.images = tensor_of(*sides.images);
  c.kernel = tensor_of(*sides.kernel);
  c.results = tensor_of(*sides.results);
  if (!read_type(operations, sides, c)) return read;
  const Node& window = *sides.window;
  const auto pair = [&](cudnnBackendAttributeName_t name, int64_t* to) {
    const std::vector<int64_t> values = window.integers(name);
    if (values.size() == 2) std::copy(values.begin(), values.end(), to);
    return values.size() == 2;
  };
  int64_t after[2] = {-1, -1};
  const bool whole =
      pair(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, c.padding) && pair(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, after) &&
      pair(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, c.strides) && pair(CUDNN_ATTR_CONVOLUTION_DILATIONS, c.dilation);
  read.even = after[0] == c.padding[0] && after[1] == c.padding[1];
  read.ids[0] = id_of(*sides.images);
  read.ids[1] = id_of(*sides.kernel);
  read.fits = whole && window.get<int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS) == 2 &&
              window.get<cudnnDataType_t>(CUDNN_ATTR_CONVOLUTION_COMP_TYPE) == CUDNN_DATA_FLOAT &&
              window.get<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) == CUDNN_CROSS_CORRELATION &&
              sides.alpha == 1 && sides.beta == 0 && fits(c, after) && read_rest(operations, sides.results, read) &&
              (forward || operations.size() == 1);
  return read;
}

std::vector<EngineKind> engines_for(const Node& graph, cudnnBackendHeurMode_t mode) {
  const std::string& lacks = machine().settings.cudnn_lacks;
  const bool backward = is_backward(*graph.values.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).nodes.at(0));
  std::vector<EngineKind> engines;
  if (mode == CUDNN_HEUR_MODE_A && lacks != "heuristics") {
    if (backward) engines.push_back(any_order);
    engines.push_back(rounding);
    if (lacks != "exact" && !(backward && lacks == "deterministic")) engines.push_back(exact);
  }
  if (mode == CUDNN_HEUR_MODE_FALLBACK && lacks == "heuristics") engines.push_back(exact);
  return engines;
}

cudnnStatus_t finalize_plan(Node& plan) {
  const Node& configuration = *plan.node(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  const Read read = read_graph(*configuration.graph);
  const bool fused = read.convolve.bias || read.convolve.relu;
  const std::string& lacks = machine().settings.cudnn_lacks;
  if (!read.even || lacks == "plans" || (fused && lacks == "fused")) return CUDNN_STATUS_NOT_SUPPORTED;
  plan.engine = configuration.engine;
  if (plan.engine == any_order) machine().add("plans that sum in any order");
  if (plan.engine == rounding && read.convolve.storage == Storage::float32) machine().add("plans in tensorfloat32");
  if (read.convolve.storage == Storage::bfloat16) machine().add("plans in bfloat16");
  if (read.convolve.storage == Storage::float16) machine().add("plans in float16");
  return CUDNN_STATUS_SUCCESS;
}

bool lies_well(const void* address, const Tensor& tensor, Storage storage) {
  const auto start = reinterpret_cast<CUdeviceptr>(address);
  return start % 64 == 0 && machine().holds(start, static_cast<size_t>(elements_of(tensor)) * bytes_of(storage));
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
  for (const Needed& needed : needs_of(node)) {
    const Value* value = node.find(needed.name);
    if (value == nullptr || value->type != needed.type) return CUDNN_STATUS_BAD_PARAM;
  }
  if (node.type == CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR && !read_graph(node).fits) return CUDNN_STATUS_BAD_PARAM;
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
  const Read read = read_graph(*planned.node(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)->graph);
  const std::vector<int64_t> ids = bound.integers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  void* memory[4] = {};
  for (size_t i = 0; i < ids.size(); ++i) {
    for (size_t k = 0; k < 4; ++k) {
      if (ids[i] != 0 && ids[i] == read.ids[k])
        std::memcpy(&memory[k], bound.values.at(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).bytes.data() + i * sizeof(void*),
                    sizeof(void*));
    }
  }
  Convolve c = read.convolve;
  c.rounds = planned.engine == rounding && c.storage == Storage::float32;
  auto* const workspace = bound.get<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
  const bool well = lies_well(memory[0], c.images, c.storage) && lies_well(memory[1], c.kernel, c.storage) &&
                    lies_well(memory[2], c.results, c.storage) &&
                    (!c.bias || machine().holds(reinterpret_cast<CUdeviceptr>(memory[3]),
                                                static_cast<size_t>(c.results.sizes[1]) * bytes_of(c.storage))) &&
                    machine().holds(reinterpret_cast<CUdeviceptr>(workspace), workspace_bytes);
  if (!well) return CUDNN_STATUS_BAD_PARAM;
  machine().enqueue(*handle->stream, [c, workspace, images = memory[0], kernel = memory[1], results = memory[2],
                                      bias = static_cast<const void*>(memory[3])] {
    std::memset(workspace, 0xFF, workspace_bytes);
    convolve(c, images, kernel, results, bias);
  });
  return CUDNN_STATUS_SUCCESS;
}
}
