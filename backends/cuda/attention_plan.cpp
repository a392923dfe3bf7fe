#include "backends/cuda/attention_plan.h"

#include <algorithm>
#include <utility>

namespace dltrain::backends::cuda {

namespace {

using Ids = AttentionIds;

// A plan may take as much in any case, in bytes.
constexpr int64_t least_workspace = int64_t{256} << 20;

// A tensor of the graph with what its operations need to know of it.
struct Part {
  const Descriptor* tensor;
  Four sizes, strides;
};

Four rows_first(const Four& sizes) { return {sizes[1] * sizes[2] * sizes[3], sizes[2] * sizes[3], sizes[3], 1}; }
Four turned(const Four& four) { return {four[0], four[1], four[3], four[2]}; }

// The operations that attention and its gradient are written in.
class Writer {
 public:
  Writer(CudnnGraph& graph, const Attention& a) : graph_(graph), a_(a), narrow_(cudnn_type_of(a.dtype)) {}

  Four scores() const { return {a_.samples, a_.heads, a_.queries, a_.keys}; }
  Four rows() const { return {a_.samples, a_.heads, a_.queries, 1}; }

  // [samples, steps, heads, features], or one of three beside each other.
  Part heads(int64_t id, int64_t steps, int64_t features, bool beside) {
    const int64_t step = a_.heads * features * (beside ? 3 : 1);
    return in_memory(id, {a_.samples, a_.heads, steps, features}, {steps * step, features, step, 1}, narrow_);
  }
  // The same tensor with steps and features exchanged, as the second factor of a product reads it.
  Part heads_turned(int64_t id, int64_t steps, int64_t features, bool beside) {
    const int64_t step = a_.heads * features * (beside ? 3 : 1);
    return in_memory(id, {a_.samples, a_.heads, features, steps}, {steps * step, features, 1, step}, narrow_);
  }
  Part in_memory(int64_t id, const Four& sizes, const Four& strides, cudnnDataType_t type) {
    return {&graph_.tensor({.id = id, .sizes = sizes, .strides = strides, .type = type}), sizes, strides};
  }
  Part number(int64_t id) {
    const Four one = {1, 1, 1, 1};
    return {&graph_.tensor({.id = id, .sizes = one, .strides = one, .place = CudnnTensor::value}), one, one};
  }
  Part between(const Four& sizes, const Four& strides, cudnnDataType_t type = CUDNN_DATA_FLOAT) {
    const CudnnTensor tensor = {
        .id = next_++, .sizes = sizes, .strides = strides, .type = type, .place = CudnnTensor::between};
    return {&graph_.tensor(tensor), sizes, strides};
  }
  Part between(const Four& sizes, cudnnDataType_t type = CUDNN_DATA_FLOAT) {
    return between(sizes, rows_first(sizes), type);
  }

  void product(const Part& x, const Part& y, const Part& to) {
    Descriptor& function = graph_.make(CUDNN_BACKEND_MATMUL_DESCRIPTOR);
    function.set(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
    function.finalize();
    Descriptor& operation = graph_.make(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
    operation.set(CUDNN_ATTR_OPERATION_MATMUL_ADESC, *x.tensor);
    operation.set(CUDNN_ATTR_OPERATION_MATMUL_BDESC, *y.tensor);
    operation.set(CUDNN_ATTR_OPERATION_MATMUL_CDESC, *to.tensor);
    operation.set(CUDNN_ATTR_OPERATION_MATMUL_DESC, function);
    operation.finalize();
    graph_.add(operation);
  }
  Part pointwise(cudnnPointwiseMode_t mode, const Part& x, const Part& y) {
    const Part to = between(x.sizes);
    graph_.pointwise(mode, *to.tensor, *x.tensor, y.tensor);
    return to;
  }
  Part pointwise(cudnnPointwiseMode_t mode, const Part& x) {
    const Part to = between(x.sizes);
    graph_.pointwise(mode, *to.tensor, *x.tensor);
    return to;
  }
  void pointwise_into(const Part& to, cudnnPointwiseMode_t mode, const Part& x, const Part* y = nullptr) {
    graph_.pointwise(mode, *to.tensor, *x.tensor, y == nullptr ? nullptr : y->tensor);
  }
  // Of each row.
  Part reduced(cudnnReduceTensorOp_t by, const Part& x) {
    const Part to = between({x.sizes[0], x.sizes[1], x.sizes[2], 1});
    Descriptor& function = graph_.make(CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
    function.set(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
    function.set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, by);
    function.finalize();
    Descriptor& operation = graph_.make(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);
    operation.set(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, *x.tensor);
    operation.set(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, *to.tensor);
    operation.set(CUDNN_ATTR_OPERATION_REDUCTION_DESC, function);
    operation.finalize();
    graph_.add(operation);
    return to;
  }
  // The same memory, or what would be in it, with the last two axes exchanged.
  Part exchanged(const Part& x, cudnnDataType_t type) {
    const Part to = between(turned(x.sizes), turned(x.strides), type);
    Descriptor& operation = graph_.make(CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR);
    operation.set(CUDNN_ATTR_OPERATION_RESHAPE_XDESC, *x.tensor);
    operation.set(CUDNN_ATTR_OPERATION_RESHAPE_YDESC, *to.tensor);
    operation.finalize();
    graph_.add(operation);
    return to;
  }

  // scale q k^T + bias.
  Part scaled_scores(const Part& query, const Part& key_turned, const Part& scale) {
    const Part products = between(scores());
    product(query, key_turned, products);
    const Part scaled = pointwise(CUDNN_POINTWISE_MUL, products, scale);
    if (a_.bias_samples == 0) return scaled;
    const Four sizes = {a_.bias_samples, 1, a_.queries, a_.keys};
    return pointwise(CUDNN_POINTWISE_ADD, scaled, in_memory(Ids::bias, sizes, rows_first(sizes), narrow_));
  }
  // What a query may not look at, since it comes later, is `never`.
  Part past_only(const Part& x) {
    if (!a_.causal) return x;
    const Part row = between(x.sizes, CUDNN_DATA_INT32), column = between(x.sizes, CUDNN_DATA_INT32);
    graph_.pointwise(CUDNN_POINTWISE_GEN_INDEX, *row.tensor, *x.tensor, nullptr, nullptr, CUDNN_DATA_FLOAT, 2);
    graph_.pointwise(CUDNN_POINTWISE_GEN_INDEX, *column.tensor, *x.tensor, nullptr, nullptr, CUDNN_DATA_FLOAT, 3);
    const Part allowed = between(x.sizes, CUDNN_DATA_BOOLEAN);
    graph_.pointwise(CUDNN_POINTWISE_CMP_GE, *allowed.tensor, *row.tensor, column.tensor, nullptr, CUDNN_DATA_BOOLEAN);
    const Part never = number(Ids::never), to = between(x.sizes);
    graph_.pointwise(CUDNN_POINTWISE_BINARY_SELECT, *to.tensor, *x.tensor, never.tensor, allowed.tensor);
    return to;
  }
  Part statistics() { return in_memory(Ids::statistics, rows(), rows_first(rows()), CUDNN_DATA_FLOAT); }

  void forward();
  void backward();

 private:
  CudnnGraph& graph_;
  const Attention& a_;
  cudnnDataType_t narrow_;
  int64_t next_ = 100;
};

void Writer::forward() {
  const Part query = heads(Ids::query, a_.queries, a_.features, a_.side_by_side && !a_.query_apart);
  const Part key = heads_turned(Ids::key, a_.keys, a_.features, a_.side_by_side);
  const Part value = heads(Ids::value, a_.keys, a_.values, a_.side_by_side);
  const Part x = past_only(scaled_scores(query, key, number(Ids::scale)));
  const Part largest = reduced(CUDNN_REDUCE_TENSOR_MAX, x);
  const Part powers = pointwise(CUDNN_POINTWISE_EXP, pointwise(CUDNN_POINTWISE_SUB, x, largest));
  const Part sum = reduced(CUDNN_REDUCE_TENSOR_ADD, powers);
  const Part logarithm = pointwise(CUDNN_POINTWISE_LOG, sum);
  pointwise_into(statistics(), CUDNN_POINTWISE_ADD, largest, &logarithm);
  const Part shares = between(scores(), narrow_);
  pointwise_into(shares, CUDNN_POINTWISE_DIV, powers, &sum);
  product(shares, value, heads(Ids::result, a_.queries, a_.values, false));
}

// With shares p: dv = p^T dy, ds = p (dy v^T - sum(dy y)) scale, dk = ds^T q, dq = ds k.
void Writer::backward() {
  const Part flow = heads(Ids::flow, a_.queries, a_.values, false);
  const Part weighted = pointwise(CUDNN_POINTWISE_MUL, flow, heads(Ids::result, a_.queries, a_.values, false));
  const Part row_sums = in_memory(Ids::row_sums, rows(), rows_first(rows()), CUDNN_DATA_FLOAT);
  const Part one = number(Ids::one);
  pointwise_into(row_sums, CUDNN_POINTWISE_MUL, reduced(CUDNN_REDUCE_TENSOR_ADD, weighted), &one);

  const Part query = heads(Ids::query, a_.queries, a_.features, a_.side_by_side && !a_.query_apart);
  const Part key = heads_turned(Ids::key, a_.keys, a_.features, a_.side_by_side);
  const Part scale = number(Ids::scale);
  const Part x = pointwise(CUDNN_POINTWISE_SUB, scaled_scores(query, key, scale), statistics());
  const Part shares = pointwise(CUDNN_POINTWISE_EXP, past_only(x));
  product(exchanged(shares, narrow_), flow, heads(Ids::value_gradient, a_.keys, a_.values, a_.side_by_side));

  const Part share_flow = between(scores());
  product(flow, heads_turned(Ids::value, a_.keys, a_.values, a_.side_by_side), share_flow);
  const Part bent = pointwise(CUDNN_POINTWISE_MUL, pointwise(CUDNN_POINTWISE_SUB, share_flow, row_sums), shares);
  const Part ds = pointwise(CUDNN_POINTWISE_MUL, bent, scale);
  product(exchanged(ds, narrow_), query, heads(Ids::key_gradient, a_.keys, a_.features, a_.side_by_side));

  const Part key_again = exchanged(key, narrow_);
  const Part query_gradient = heads(Ids::query_gradient, a_.queries, a_.features, a_.side_by_side);
  if (a_.in_order) {
    product(ds, key_again, query_gradient);
    return;
  }
  const Four sizes = {a_.samples, a_.heads, a_.queries, a_.features};
  const Part sums = in_memory(Ids::query_sums, sizes, rows_first(sizes), CUDNN_DATA_FLOAT);
  product(ds, key_again, sums);
  pointwise_into(query_gradient, CUDNN_POINTWISE_IDENTITY, sums);
}

// What cuDNN's engines are made for; it is not asked for anything else.
std::string complaint_about(const Attention& a) {
  if (a.dtype == DType::f32) return "cuDNN's attention reads numbers of 16 bits";
  if (a.features % 8 != 0 || a.values % 8 != 0)
    return "cuDNN's attention needs heads of a multiple of 8 features (were " + std::to_string(a.features) + " and " +
           std::to_string(a.values) + ")";
  if (a.backward && a.queries == 1 && a.keys == 1) return "cuDNN has no gradient of attention to one step of one";
  return {};
}

}  // namespace

std::unique_ptr<CudnnPlan> make_plan(const CudnnPlanner& planner, const Attention& attention, std::string& reason) {
  reason = complaint_about(attention);
  if (!reason.empty()) return nullptr;
  CudnnGraph graph = planner.graph();
  Writer writer(graph, attention);
  attention.backward ? writer.backward() : writer.forward();
  // An engine that keeps the gradient's scores in memory may: smaller ops would as well, and in float32.
  const int64_t scores = attention.samples * attention.heads * attention.queries * attention.keys;
  const int64_t most = std::max(least_workspace, scores * static_cast<int64_t>(sizeof(float)));
  return planner.plan(std::move(graph), attention.dtype, most, reason);
}

}  // namespace dltrain::backends::cuda
