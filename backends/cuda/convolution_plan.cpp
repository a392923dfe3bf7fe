#include "backends/cuda/convolution_plan.h"

#include <algorithm>

#include "graph/memory_plan.h"

namespace dltrain::backends::cuda {

namespace {

// The most that an engine may ask for; the plan's arena has room for what it then needs.
constexpr int64_t most_workspace = int64_t{256} << 20;

// Results that are not in memory, between two operations of one plan.
constexpr int64_t sum_id = 5, biased_id = 6;

constexpr auto no_order = "cuDNN computes it only with sums in any order: set deterministic = false under [run]";

cudnnDataType_t type_of(DType dtype) {
  switch (dtype) {
    case DType::bf16: return CUDNN_DATA_BFLOAT16;
    case DType::f16: return CUDNN_DATA_HALF;
    default: return CUDNN_DATA_FLOAT;
  }
}

// Puts the description of a convolution together, part by part.
class Description {
 public:
  Description(const Cudnn& cudnn, const Gpu& gpu, std::deque<Descriptor>& parts)
      : cudnn_(cudnn), gpu_(gpu), parts_(parts) {}

  // The convolution, with a bias and a rectifier behind it where there are. Null if the library takes no such graph;
  // `refusal` is what it says.
  const Descriptor* graph(const Convolution& c, cudnnHandle_t handle, std::string& refusal);

 private:
  Descriptor& make(cudnnBackendDescriptorType_t type) { return parts_.emplace_back(cudnn_, gpu_, type); }
  Descriptor& tensor(int64_t id, const std::array<int64_t, 4>& sizes, DType dtype, bool inner = false);
  Descriptor& window(const Convolution& c);
  Descriptor& convolution(const Convolution& c, const Descriptor& results);
  Descriptor& pointwise(cudnnPointwiseMode_t mode, const Descriptor& from, const Descriptor* other,
                        const Descriptor& to);

  const Cudnn& cudnn_;
  const Gpu& gpu_;
  std::deque<Descriptor>& parts_;
};

// sizes: batch (or filters), channels, rows, columns, in the library's order; the channels lie last in memory. inner: it
// is never in memory, and stays float32 there.
Descriptor& Description::tensor(int64_t id, const std::array<int64_t, 4>& sizes, DType dtype, bool inner) {
  const auto [n, c, h, w] = sizes;
  const std::array<int64_t, 4> strides = {h * w * c, 1, w * c, c};
  Descriptor& tensor = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type_of(dtype));
  tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes);
  tensor.set(CUDNN_ATTR_TENSOR_STRIDES, strides);
  tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, id);
  tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, graph::alignment);
  tensor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, inner);
  tensor.finalize();
  return tensor;
}

Descriptor& Description::window(const Convolution& c) {
  Descriptor& window = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  window.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, int64_t{2});
  window.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  window.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
  window.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, c.padding);
  window.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, c.padding);
  window.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, c.strides);
  window.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, c.dilation);
  window.finalize();
  return window;
}

// other: the second summand of an addition.
Descriptor& Description::pointwise(cudnnPointwiseMode_t mode, const Descriptor& from, const Descriptor* other,
                                   const Descriptor& to) {
  Descriptor& function = make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  function.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode);
  function.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  if (mode == CUDNN_POINTWISE_RELU_FWD)
    function.set(CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_TYPE_NAN_PROPOGATION, CUDNN_PROPAGATE_NAN);
  function.finalize();
  Descriptor& operation = make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from);
  if (other != nullptr) operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *other);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  operation.finalize();
  return operation;
}

// What an operation and its attributes are called.
struct Names {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t window, images, kernel, results, alpha, beta;
};

Names names_of(ConvolutionKind kind) {
  switch (kind) {
    case ConvolutionKind::to_images:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    case ConvolutionKind::to_kernel:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
    case ConvolutionKind::forward: break;
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
}

Descriptor& Description::convolution(const Convolution& c, const Descriptor& results) {
  const Names names = names_of(c.kind);
  Descriptor& operation = make(names.type);
  operation.set(names.window, window(c));
  operation.set(names.images, tensor(ConvolutionIds::images, {c.n, c.c, c.h, c.w}, c.dtype));
  operation.set(names.kernel, tensor(ConvolutionIds::kernel, {c.f, c.depth, c.kh, c.kw}, c.dtype));
  operation.set(names.results, results);
  operation.set(names.alpha, CUDNN_TYPE_FLOAT, 1.0F);
  operation.set(names.beta, CUDNN_TYPE_FLOAT, 0.0F);
  operation.finalize();
  return operation;
}

const Descriptor* Description::graph(const Convolution& c, cudnnHandle_t handle, std::string& refusal) {
  const std::array<int64_t, 4> sizes = {c.n, c.f, c.oh, c.ow};
  const bool more = c.bias || c.relu;
  std::vector<cudnnBackendDescriptor_t> operations;
  const Descriptor* last = &tensor(more ? sum_id : ConvolutionIds::results, sizes, more ? DType::f32 : c.dtype, more);
  operations.push_back(convolution(c, *last).get());
  if (c.bias) {
    const Descriptor& biased =
        tensor(c.relu ? biased_id : ConvolutionIds::results, sizes, c.relu ? DType::f32 : c.dtype, c.relu);
    const Descriptor& bias = tensor(ConvolutionIds::bias, {1, c.f, 1, 1}, c.dtype);
    operations.push_back(pointwise(CUDNN_POINTWISE_ADD, *last, &bias, biased).get());
    last = &biased;
  }
  if (c.relu) {
    const Descriptor& results = tensor(ConvolutionIds::results, sizes, c.dtype);
    operations.push_back(pointwise(CUDNN_POINTWISE_RELU_FWD, *last, nullptr, results).get());
  }
  Descriptor& graph = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  if (handle != nullptr) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, handle);
  graph.set_bytes(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, operations.size(), operations.data());
  refusal = graph.try_to_finalize();
  return refusal.empty() ? &graph : nullptr;
}

}  // namespace

// What the library's heuristics propose, best first; nothing where they have nothing to say.
std::vector<Descriptor> ConvolutionPlanner::proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) const {
  Descriptor heuristics = make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
  if (device_ != nullptr) heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *device_);
  if (!heuristics.try_to_finalize().empty()) return {};
  constexpr auto results = CUDNN_ATTR_ENGINEHEUR_RESULTS;
  int64_t count = 0;
  check(cudnn_.get(heuristics.get(), results, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr));
  std::vector<Descriptor> found;
  std::vector<cudnnBackendDescriptor_t> list;
  for (int64_t i = 0; i < count; ++i) {
    found.push_back(make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
    list.push_back(found.back().get());
  }
  if (count == 0) return found;
  int64_t given = 0;  // may be fewer than were announced
  check(cudnn_.get(heuristics.get(), results, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &given, list.data()));
  while (static_cast<int64_t>(found.size()) > given) found.pop_back();
  return found;
}

// Why an engine does not compute as the recipe has it; "" if it does.
std::string ConvolutionPlanner::complaint_about(const Descriptor& proposal, DType dtype) const {
  const Descriptor engine = make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t handle = engine.get();
  int64_t count = 0;
  check(cudnn_.get(proposal.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &handle));
  std::array<cudnnBackendNumericalNote_t, CUDNN_NUMERICAL_NOTE_TYPE_COUNT> notes{};
  int64_t known = 0;
  check(cudnn_.get(handle, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT,
                   &known, notes.data()));
  const auto has = [&](cudnnBackendNumericalNote_t note) {
    return std::find(notes.begin(), notes.begin() + known, note) != notes.begin() + known;
  };
  // Inputs that are rounded to 16 bits have another range; matrix units round float32 to tensorfloat32.
  const bool may_round = dtype != DType::f32 || options_.tensorfloat32;
  const bool rounds = has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) || has(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13) ||
                      has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION) ||
                      (!may_round && has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE));
  if (rounds)
    return std::string("cuDNN has no engine that ") +
           (dtype == DType::f32 ? "computes it in true float32" : "adds up in float32");
  if (options_.deterministic && has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) return no_order;
  return {};
}

// Null where the library has no plan for its own proposal, or one that takes too much memory.
std::unique_ptr<ConvolutionPlan> ConvolutionPlanner::build(const Descriptor& proposal, std::string& refusal) const {
  auto built =
      std::make_unique<ConvolutionPlan>(std::deque<Descriptor>(), make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR));
  if (handle_ != nullptr) built->plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, handle_);
  if (device_ != nullptr) built->plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *device_);
  built->plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposal);
  if (const std::string said = built->plan.try_to_finalize(); !said.empty()) {
    refusal = said;
    return nullptr;
  }
  int64_t count = 0;
  check(cudnn_.get(built->plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &count,
                   &built->workspace));
  if (built->workspace <= most_workspace) return built;
  refusal = "it takes more than 256 MiB of workspace";
  return nullptr;
}

std::unique_ptr<ConvolutionPlan> ConvolutionPlanner::plan(const Convolution& convolution, std::string& reason) const {
  const std::string library = "cuDNN " + cudnn_.version_text();
  std::deque<Descriptor> parts;
  std::string refusal, complaint;
  const Descriptor* graph = Description(cudnn_, gpu_, parts).graph(convolution, handle_, refusal);
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    if (graph == nullptr) break;
    for (Descriptor& proposal : proposals(*graph, mode)) {
      if (const std::string what = complaint_about(proposal, convolution.dtype); !what.empty()) {
        if (complaint != no_order) complaint = what;
        continue;
      }
      auto built = build(proposal, refusal);
      if (built == nullptr) continue;
      parts.push_back(std::move(proposal));
      built->parts = std::move(parts);
      built->bias = convolution.bias;
      return built;
    }
  }
  reason = !refusal.empty()     ? library + " cannot compute it (" + refusal + ")"
           : !complaint.empty() ? complaint
                                : library + " has no engine for it";
  return nullptr;
}

}  // namespace dltrain::backends::cuda
