#include "backends/cuda/cudnn_plan.h"

#include <algorithm>
#include <array>

namespace dltrain::backends::cuda {

namespace {

constexpr auto no_order = "cuDNN computes it only with sums in any order: set deterministic = false under [run]";

}  // namespace

// What the library's heuristics propose, best first; nothing where they have nothing to say.
std::vector<Descriptor> CudnnPlanner::proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) const {
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
std::string CudnnPlanner::complaint_about(const Descriptor& proposal, DType dtype) const {
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
std::unique_ptr<CudnnPlan> CudnnPlanner::build(const Descriptor& proposal, int64_t most_workspace,
                                               std::string& refusal) const {
  auto built = std::make_unique<CudnnPlan>(std::deque<Descriptor>(), make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR));
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
  refusal = "it takes more than " + std::to_string(most_workspace >> 20) + " MiB of workspace";
  return nullptr;
}

std::unique_ptr<CudnnPlan> CudnnPlanner::plan(CudnnGraph graph, DType dtype, int64_t most_workspace,
                                              std::string& reason) const {
  const std::string library = "cuDNN " + cudnn_.version_text();
  std::string refusal, complaint;
  const Descriptor* whole = graph.finish(handle_, refusal);
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    if (whole == nullptr) break;
    for (Descriptor& proposal : proposals(*whole, mode)) {
      if (const std::string what = complaint_about(proposal, dtype); !what.empty()) {
        if (complaint != no_order) complaint = what;
        continue;
      }
      auto built = build(proposal, most_workspace, refusal);
      if (built == nullptr) continue;
      built->parts = graph.take_parts();
      built->parts.push_back(std::move(proposal));
      return built;
    }
  }
  reason = !refusal.empty()     ? library + " cannot compute it (" + refusal + ")"
           : !complaint.empty() ? complaint
                                : library + " has no engine for it";
  return nullptr;
}

}  // namespace dltrain::backends::cuda
