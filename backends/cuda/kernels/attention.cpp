// Attention and its gradient by cuDNN, in 16 bits; what it has no engine for is expanded into products, and float32 always
// is. A mask becomes a bias (device/attention.cu), and the order of the steps is in it where there are both. A gradient
// that is not given what its forward pass has kept computes that again.
#include <algorithm>
#include <array>
#include <optional>

#include "backends/cuda/casts.h"
#include "backends/cuda/device/attention_parameters.h"
#include "backends/cuda/device/elementwise_parameters.h"
#include "backends/cuda/kernel.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

using Ids = AttentionIds;
constexpr int64_t narrow_bytes = 2;

struct Mask {
  size_t input;  // its number
  Shape shape;  // [N or 1, T or 1, S or 1]
};

// before, behind: how many inputs of the op stand there.
std::optional<Mask> mask_of(const Request& request, size_t before, size_t behind) {
  if (request.node.inputs.size() == before + behind) return {};
  return Mask{before, request.input(before).shape};
}

// A node as attention that cuDNN knows.
struct Work {
  Attention attention;
  std::optional<Mask> mask;
  bool looks_back = false;  // the bias has the order of the steps
  bool kept = false;  // the gradient is given what the forward pass has kept
  double scale = 1;

  size_t sides() const { return attention.side_by_side ? 1 : 3; }  // inputs that are query, key and value
  int64_t rows() const { return attention.samples * attention.queries; }
  int64_t width() const { return attention.heads * attention.features; }
  int64_t results() const { return rows() * attention.heads * attention.values; }
  // Steps of the query are so many elements apart in the node's tensor.
  int64_t query_step() const { return width() * (attention.side_by_side ? 3 : 1); }
};

Work work_of(const Request& request) {
  const std::string& op = request.op();
  const bool backward = op.ends_with("_grad");
  const bool side_by_side = op.starts_with("self_");
  const Shape& q = request.input(0).shape;
  const Shape k = side_by_side ? q : request.input(1).shape;
  const auto heads = q.rank() - 2;
  Work work;
  Attention& a = work.attention;
  a.backward = backward;
  a.side_by_side = side_by_side;
  a.dtype = request.input(0).dtype;
  a.samples = q[0], a.queries = q[1], a.keys = k[1];
  a.heads = q[heads], a.features = q[heads + 1];
  a.values = side_by_side ? a.features : request.input(2).shape[3];
  a.in_order = !backward || request.libraries.options().deterministic;
  work.kept = op.find("_kept") != std::string::npos;
  const bool given = work.kept && backward;  // the statistics before the mask, and the result behind it
  work.mask = mask_of(request, work.sides() + (given ? 1 : 0), (backward ? 1 : 0) + (given ? 1 : 0));
  const bool causal = request.node.attributes.get<bool>("causal");
  a.causal = causal && !work.mask;
  work.looks_back = causal && work.mask;
  if (work.mask) {
    a.bias_samples = work.mask->shape[0];
    a.query_apart = true;
  }
  work.scale = request.node.attributes.real("scale");
  return work;
}

// The pass before the gradient's.
Attention forward_of(Attention a) {
  a.backward = false;
  a.in_order = true;  // it has no other
  return a;
}

Support accepts(const Request& request) {
  const Work work = work_of(request);
  const Attention& a = work.attention;
  // Before the library is opened: a model in float32 does not need it.
  if (a.dtype != DType::bf16 && a.dtype != DType::f16) return {false, "cuDNN's attention reads numbers of 16 bits"};
  if (static_cast<double>(a.bias_samples) * static_cast<double>(a.queries * a.keys) > device::max_elements)
    return {false, "its mask has more than 2^31 elements"};
  std::string reason;
  Attentions& attentions = request.libraries.attentions();
  const bool chosen = attentions.choose(a, reason) != nullptr &&
                      (!a.backward || work.kept || attentions.choose(forward_of(a), reason) != nullptr);
  return {chosen, reason};
}

void* shifted(void* from, int64_t elements) { return static_cast<std::byte*>(from) + elements * narrow_bytes; }

// Products of two factors of `features` or `values` numbers for every pair of query and key.
double flops_of(const Work& work) {
  const Attention& a = work.attention;
  const double pairs = static_cast<double>(a.samples * a.heads * a.queries) * static_cast<double>(a.keys);
  const auto forward = static_cast<double>(a.features + a.values);
  const auto gradient = static_cast<double>(3 * a.features + 2 * a.values);
  return 2 * pairs * (!a.backward ? forward : work.kept ? gradient : forward + gradient);
}

class AttentionKernel final : public Kernel {
 public:
  explicit AttentionKernel(const Request& request)
      : queue_(request.queue), attentions_(request.libraries.attentions()), work_(work_of(request)) {
    const Attention& a = work_.attention;
    std::string reason;
    plan_ = attentions_.choose(a, reason);
    if (a.backward && !work_.kept) before_ = attentions_.choose(forward_of(a), reason);
    info_ = own_info(request, flops_of(work_));
    info_.implementation = std::string("cudnn:attention") + (work_.kept ? "_kept" : "") + (a.backward ? "_grad" : "") +
                           (a.causal || work_.looks_back ? "+causal" : "") + (work_.mask ? "+mask" : "");
    info_.narrow_products = true;
    info_.scratch_bytes = place(request);
    if (work_.mask) make_mask_kernels(request);
  }

  void run(const Arguments& a) override {
    if (work_.mask) look(a);
    std::vector<CudnnSession::Bound> tensors = inputs(a);
    if (!work_.attention.backward) {
      tensors.emplace_back(Ids::result, a.outputs[0]);
      const bool gives = work_.kept && a.outputs[1] != nullptr;
      tensors.emplace_back(Ids::statistics, gives ? a.outputs[1] : in_scratch(a, places_.statistics));
      attentions_.run(work_.attention, *plan_, tensors, work_.scale, a.scratch);
      return;
    }
    tensors.emplace_back(Ids::result, work_.kept ? a.inputs[a.inputs.size() - 2] : in_scratch(a, places_.result));
    tensors.emplace_back(Ids::statistics, work_.kept ? a.inputs[work_.sides()] : in_scratch(a, places_.statistics));
    if (before_ != nullptr) attentions_.run(forward_of(work_.attention), *before_, tensors, work_.scale, a.scratch);
    const std::vector<CudnnSession::Bound> own = gradients(a);
    tensors.insert(tensors.end(), own.begin(), own.end());
    attentions_.run(work_.attention, *plan_, tensors, work_.scale, a.scratch);
    if (work_.mask) clear(a, gradient(a, 0));
  }

 private:
  // Scratch memory: the library's, then these where there are any.
  struct Places {
    int64_t bias = 0, looks = 0, query = 0;
    int64_t result = 0, statistics = 0, row_sums = 0, query_sums = 0;
    std::array<int64_t, 3> unread{};  // gradients that nobody reads
  };

  int64_t place(const Request& request);
  void make_mask_kernels(const Request& request);
  void look(const Arguments& a) const;
  void clear(const Arguments& a, void* query_gradient) const;
  std::vector<CudnnSession::Bound> inputs(const Arguments& a) const;
  void* gradient(const Arguments& a, size_t i) const;  // of query, key or value
  std::vector<CudnnSession::Bound> gradients(const Arguments& a) const;

  Queue& queue_;
  Attentions& attentions_;
  Work work_;
  const CudnnPlan* plan_ = nullptr;
  const CudnnPlan* before_ = nullptr;  // of the gradient
  Places places_;
  CUkernel bias_kernel_ = nullptr, keep_kernel_ = nullptr, clear_kernel_ = nullptr;
  Grid bias_grid_, rows_grid_;
};

int64_t AttentionKernel::place(const Request& request) {
  const Attention& a = work_.attention;
  ScratchLayout scratch(std::max(plan_->workspace, before_ == nullptr ? 0 : before_->workspace));
  if (work_.mask) {
    places_.bias = scratch.add(a.bias_samples * a.queries * a.keys * narrow_bytes);
    places_.looks = scratch.add(a.bias_samples * a.queries);
    places_.query = scratch.add(work_.rows() * work_.width() * narrow_bytes);
  }
  const int64_t rows = work_.rows() * a.heads * static_cast<int64_t>(sizeof(float));
  const bool gives = work_.kept && (a.backward || request.output_used[1]);
  if (!gives) places_.statistics = scratch.add(rows);
  if (!a.backward) return scratch.bytes();
  if (!work_.kept) places_.result = scratch.add(work_.results() * narrow_bytes);
  places_.row_sums = scratch.add(rows);
  if (!a.in_order) places_.query_sums = scratch.add(rows * a.features);
  for (size_t i = 0; !a.side_by_side && i < 3; ++i) {
    if (!request.output_used[i]) places_.unread[i] = scratch.add(request.output(i).shape.elements() * narrow_bytes);
  }
  return scratch.bytes();
}

void AttentionKernel::make_mask_kernels(const Request& request) {
  const Attention& a = work_.attention;
  bias_kernel_ = queue_.kernel({"attention", std::string("look_bias_") + suffix_of(a.dtype)});
  keep_kernel_ = queue_.kernel({"attention", "kept_rows_2"});
  clear_kernel_ = queue_.kernel({"attention", "cleared_rows_2"});
  bias_grid_ = grid_for(request, a.bias_samples * a.queries * Grid().threads);
  rows_grid_ = grid_for(request, work_.rows() * work_.width());
}

// Makes the bias of the mask, and the query without the rows that may look nowhere.
void AttentionKernel::look(const Arguments& arguments) const {
  const Attention& a = work_.attention;
  const Shape& mask = work_.mask->shape;
  const auto stride = [&](size_t axis) {
    return mask[axis] == 1 ? 0 : static_cast<uint32_t>(mask.from(axis + 1).elements());
  };
  auto* const looks = static_cast<uint8_t*>(in_scratch(arguments, places_.looks));
  const device::LookBiasParameters bias{.mask = input<uint8_t>(arguments, work_.mask->input),
                                        .bias = in_scratch(arguments, places_.bias),
                                        .looks = looks,
                                        .samples = static_cast<uint32_t>(a.bias_samples),
                                        .queries = static_cast<uint32_t>(a.queries),
                                        .keys = static_cast<uint32_t>(a.keys),
                                        .sample_stride = stride(0),
                                        .query_stride = stride(1),
                                        .key_stride = stride(2),
                                        .causal = work_.looks_back ? 1 : 0};
  queue_.launch(bias_kernel_, bias_grid_, &bias);
  const device::LookRowsParameters rows{.from = arguments.inputs[0],
                                        .to = in_scratch(arguments, places_.query),
                                        .looks = looks,
                                        .rows = static_cast<uint32_t>(work_.rows()),
                                        .width = static_cast<uint32_t>(work_.width()),
                                        .from_step = static_cast<uint32_t>(work_.query_step()),
                                        .to_step = static_cast<uint32_t>(work_.width()),
                                        .looks_count = static_cast<uint32_t>(a.bias_samples * a.queries)};
  queue_.launch(keep_kernel_, rows_grid_, &rows);
}

void AttentionKernel::clear(const Arguments& arguments, void* query_gradient) const {
  const Attention& a = work_.attention;
  const device::LookRowsParameters rows{.from = nullptr,
                                        .to = query_gradient,
                                        .looks = static_cast<const uint8_t*>(in_scratch(arguments, places_.looks)),
                                        .rows = static_cast<uint32_t>(work_.rows()),
                                        .width = static_cast<uint32_t>(work_.width()),
                                        .from_step = 0,
                                        .to_step = static_cast<uint32_t>(work_.query_step()),
                                        .looks_count = static_cast<uint32_t>(a.bias_samples * a.queries)};
  queue_.launch(clear_kernel_, rows_grid_, &rows);
}

// Query, key, value, and the bias where there is one.
std::vector<CudnnSession::Bound> AttentionKernel::inputs(const Arguments& a) const {
  const bool together = work_.attention.side_by_side;
  std::vector<CudnnSession::Bound> tensors = {
      {Ids::query, work_.mask ? in_scratch(a, places_.query) : a.inputs[0]},
      {Ids::key, together ? shifted(a.inputs[0], work_.width()) : a.inputs[1]},
      {Ids::value, together ? shifted(a.inputs[0], 2 * work_.width()) : a.inputs[2]}};
  if (work_.mask) tensors.emplace_back(Ids::bias, in_scratch(a, places_.bias));
  return tensors;
}

void* AttentionKernel::gradient(const Arguments& a, size_t i) const {
  if (work_.attention.side_by_side) return shifted(a.outputs[0], static_cast<int64_t>(i) * work_.width());
  return a.outputs[i] != nullptr ? a.outputs[i] : in_scratch(a, places_.unread[i]);
}

// What the gradient reads and writes beside the forward pass.
std::vector<CudnnSession::Bound> AttentionKernel::gradients(const Arguments& a) const {
  std::vector<CudnnSession::Bound> tensors = {{Ids::query_gradient, gradient(a, 0)},
                                              {Ids::key_gradient, gradient(a, 1)},
                                              {Ids::value_gradient, gradient(a, 2)},
                                              {Ids::flow, a.inputs.back()},
                                              {Ids::row_sums, in_scratch(a, places_.row_sums)}};
  if (!work_.attention.in_order) tensors.emplace_back(Ids::query_sums, in_scratch(a, places_.query_sums));
  return tensors;
}

std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<AttentionKernel>(request); }

}  // namespace

void register_attention(KernelRegistry& registry) {
  for (const char* op : {"attention", "attention_grad", "self_attention", "self_attention_grad", "attention_kept",
                         "attention_kept_grad", "self_attention_kept", "self_attention_kept_grad"})
    registry.add(op, {accepts, make});
}

}  // namespace dltrain::backends::cuda
