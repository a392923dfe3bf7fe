#include "backends/cuda/convolutions.h"

#include <algorithm>

#include "graph/memory_plan.h"

namespace dltrain::backends::cuda {

namespace {

// The most that an engine may ask for; the plan's arena has room for what it then needs.
constexpr int64_t most_workspace = int64_t{256} << 20;

// Numbers by which a plan knows its tensors.
constexpr int64_t images_id = 1, kernel_id = 2, results_id = 3, bias_id = 4, sum_id = 5, biased_id = 6;

constexpr auto no_order = "cuDNN computes it only with sums in any order: set deterministic = false under [run]";

}  // namespace

Convolutions::Convolutions(Queue& queue, const BackendOptions& options)
    : queue_(queue), options_(options), cudnn_(Cudnn::load(queue.gpu().device())) {
  queue_.gpu().use();
  cudnn_->check(queue_.gpu(), cudnn_->create(&handle_), "to start cuDNN");
  cudnn_->check(queue_.gpu(), cudnn_->set_stream(handle_, reinterpret_cast<cudaStream_t>(queue_.stream())),
                "to start cuDNN");
}

Convolutions::~Convolutions() {
  queue_.gpu().use_anyway();
  known_.clear();
  if (handle_ != nullptr) cudnn_->destroy(handle_);
}

Descriptor Convolutions::make(cudnnBackendDescriptorType_t type) const { return {*cudnn_, queue_.gpu(), type}; }

// sizes: batch (or filters), channels, rows, columns, in the library's order; the channels lie last in memory. inner: it
// is between two operations of a graph and never in memory.
Descriptor Convolutions::tensor(int64_t id, const std::array<int64_t, 4>& sizes, bool inner) const {
  const auto [n, c, h, w] = sizes;
  const std::array<int64_t, 4> strides = {h * w * c, 1, w * c, c};
  Descriptor tensor = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes);
  tensor.set(CUDNN_ATTR_TENSOR_STRIDES, strides);
  tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, id);
  tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, graph::alignment);
  tensor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, inner);
  tensor.finalize();
  return tensor;
}

Descriptor Convolutions::window(const Convolution& c) const {
  Descriptor window = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
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
Descriptor Convolutions::pointwise(cudnnPointwiseMode_t mode, const Descriptor& from, const Descriptor* other,
                                   const Descriptor& to) const {
  Descriptor function = make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  function.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode);
  function.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  if (mode == CUDNN_POINTWISE_RELU_FWD)
    function.set(CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_TYPE_NAN_PROPOGATION, CUDNN_PROPAGATE_NAN);
  function.finalize();
  Descriptor operation = make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from);
  if (other != nullptr) operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *other);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  operation.finalize();
  return operation;
}

// The convolution, with a bias and a rectifier behind it where there are.
Descriptor Convolutions::graph(const Convolution& c) const {
  struct Names {
    cudnnBackendDescriptorType_t type;
    cudnnBackendAttributeName_t window, images, kernel, results, alpha, beta;
  };
  const Names names =
      c.kind == ConvolutionKind::forward
          ? Names{CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA}
      : c.kind == ConvolutionKind::to_images
          ? Names{CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA}
          : Names{CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
  const std::array<int64_t, 4> result_sizes = {c.n, c.f, c.oh, c.ow};
  const Descriptor results = tensor(results_id, result_sizes);
  const Descriptor sum = tensor(sum_id, result_sizes, true);
  const Descriptor biased = tensor(biased_id, result_sizes, true);
  const Descriptor bias = tensor(bias_id, {1, c.f, 1, 1});
  Descriptor convolution = make(names.type);
  convolution.set(names.window, window(c));
  convolution.set(names.images, tensor(images_id, {c.n, c.c, c.h, c.w}));
  convolution.set(names.kernel, tensor(kernel_id, {c.f, c.depth, c.kh, c.kw}));
  convolution.set(names.results, c.bias || c.relu ? sum : results);
  convolution.set(names.alpha, CUDNN_TYPE_FLOAT, 1.0F);
  convolution.set(names.beta, CUDNN_TYPE_FLOAT, 0.0F);
  convolution.finalize();
  std::vector<Descriptor> operations;
  operations.push_back(std::move(convolution));
  if (c.bias) operations.push_back(pointwise(CUDNN_POINTWISE_ADD, sum, &bias, c.relu ? biased : results));
  if (c.relu) operations.push_back(pointwise(CUDNN_POINTWISE_RELU_FWD, c.bias ? biased : sum, nullptr, results));
  std::vector<cudnnBackendDescriptor_t> list;
  for (const Descriptor& operation : operations) list.push_back(operation.get());
  Descriptor graph = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, handle_);
  graph.set_bytes(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, list.size(), list.data());
  graph.finalize();
  return graph;
}

const Convolutions::Choice* Convolutions::choose(const Convolution& convolution, std::string& reason) {
  auto known = known_.find(convolution);
  if (known == known_.end()) known = known_.emplace(convolution, ask(convolution)).first;
  reason = known->second.reason;
  return known->second.choice.get();
}

// What the library's heuristics propose, best first; nothing where they have nothing to say.
std::vector<Descriptor> Convolutions::proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) const {
  Descriptor heuristics = make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
  if (!heuristics.try_to_finalize().empty()) return {};
  int64_t count = 0;
  cudnn_->check(queue_.gpu(),
                cudnn_->get(heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count,
                            nullptr),
                "to choose how to convolve");
  std::vector<Descriptor> found;
  std::vector<cudnnBackendDescriptor_t> list;
  for (int64_t i = 0; i < count; ++i) {
    found.push_back(make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
    list.push_back(found.back().get());
  }
  if (count == 0) return found;
  int64_t given = 0;
  cudnn_->check(queue_.gpu(),
                cudnn_->get(heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, count,
                            &given, list.data()),
                "to choose how to convolve");
  while (static_cast<int64_t>(found.size()) > given) found.pop_back();
  return found;
}

// Why an engine does not compute what the recipe asks for; "" if it does.
std::string Convolutions::complaint_about(const Descriptor& proposal) const {
  const std::string doing = "to choose how to convolve";
  const Descriptor engine = make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t handle = engine.get();
  int64_t count = 0;
  cudnn_->check(queue_.gpu(),
                cudnn_->get(proposal.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count,
                            &handle),
                doing);
  std::array<cudnnBackendNumericalNote_t, CUDNN_NUMERICAL_NOTE_TYPE_COUNT> notes{};
  int64_t known = 0;
  cudnn_->check(queue_.gpu(),
                cudnn_->get(handle, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                            CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &known, notes.data()),
                doing);
  const auto has = [&](cudnnBackendNumericalNote_t note) {
    return std::find(notes.begin(), notes.begin() + known, note) != notes.begin() + known;
  };
  // Inputs that are rounded to 16 bits have another range; matrix units round float32 to tensorfloat32.
  const bool rounds =
      has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) ||
      (!options_.tensorfloat32 && (has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE) || has(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13)));
  if (rounds) return "cuDNN has no engine that computes it in true float32";
  if (options_.deterministic && has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) return no_order;
  return {};
}

Convolutions::Known Convolutions::ask(const Convolution& convolution) const {
  queue_.gpu().use();
  const Descriptor described = graph(convolution);
  std::string reason = "cuDNN " + cudnn_->version_text() + " has no engine for it";
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    for (const Descriptor& proposal : proposals(described, mode)) {
      if (const std::string complaint = complaint_about(proposal); !complaint.empty()) {
        if (reason != no_order) reason = complaint;
        continue;
      }
      Choice choice{make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR), 0, convolution.bias};
      choice.plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, handle_);
      choice.plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposal);
      if (!choice.plan.try_to_finalize().empty()) continue;
      cudnn_->check(queue_.gpu(),
                    cudnn_->get(choice.plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1,
                                nullptr, &choice.workspace),
                    "to choose how to convolve");
      if (choice.workspace > most_workspace) continue;
      return {std::make_unique<Choice>(std::move(choice)), ""};
    }
  }
  return {nullptr, reason};
}

void Convolutions::run(const Choice& choice, const void* images, const void* kernel, const void* results,
                       const void* bias, void* workspace) const {
  queue_.gpu().use();
  const std::array<int64_t, 4> ids = {images_id, kernel_id, results_id, bias_id};
  const std::array<const void*, 4> pointers = {images, kernel, results, bias};
  const size_t count = choice.bias ? 4 : 3;
  Descriptor pack = make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set_bytes(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, count, ids.data());
  pack.set_bytes(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, count, pointers.data());
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace);
  pack.finalize();
  cudnn_->check(queue_.gpu(), cudnn_->execute(handle_, choice.plan.get(), pack.get()), "to convolve");
}

}  // namespace dltrain::backends::cuda
