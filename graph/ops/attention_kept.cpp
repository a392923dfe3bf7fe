// Attention that keeps the logarithm of each row's sum, and its gradient, which reads that and the result instead of making
// both again: what a backend with kernels for them puts in the place of attention and its gradient (backends/fuse).
#include <limits>
#include <optional>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

constexpr char plain_name[] = "attention";
constexpr char self_name[] = "self_attention";

// Inputs of the op before its mask: query, key and value, or the three side by side.
template <const char* op> constexpr size_t sides = op == self_name ? 1 : 3;

ValueType statistics_of(const ValueType& y) { return {wide_dtype(y.dtype), {y.shape[0], y.shape[2], y.shape[1]}}; }

template <const char* op> std::vector<ValueType> infer_kept(const InferContext& c) {
  const std::vector<ValueType> y = op_registry().find(op)->infer(c);
  return {y[0], statistics_of(y[0])};
}

// The op's inputs with the statistics before the mask, then y, and what flows into y.
template <const char* op> std::vector<ValueType> infer_grad(const InferContext& c) {
  constexpr size_t count = sides<op>;
  if (c.inputs.size() < count + 3) throw Bug("the gradient of attention lacks inputs");
  std::vector<ValueType> own(c.inputs.begin(), c.inputs.end() - 2);
  own.erase(own.begin() + static_cast<std::ptrdiff_t>(count));
  const std::vector<ValueType> y = op_registry().find(op)->infer({own, c.attributes});
  const auto rest = c.inputs.subspan(c.inputs.size() - 2);
  if (c.inputs[count] != statistics_of(y[0]) || rest[0] != y[0] || rest[1] != y[0])
    throw Bug("what attention has kept does not fit");
  own.resize(count);
  return own;
}

Value heads_first(Builder& b, Value x) { return transpose(b, x, {0, 2, 1, 3}); }

// What a meaning is written with: heads first; `looks` is not valid where every query may look at every key.
struct Parts {
  Value q, k, v;  // [N, heads, steps, features]
  Value looks;  // [N or 1, 1, T, S]: a query may look at a key
  Value somewhere;  // [N or 1, 1, T, 1]: it may look at one of them
};

// [N or 1, 1, T, S], from a mask that may be broadcast along steps.
Value pairs_of(Builder& b, Value mask, bool causal, int64_t queries, int64_t keys) {
  Value all;
  if (mask.valid()) {
    const Shape shape = b.shape(mask);
    all = broadcast_to(b, reshape(b, mask, {shape[0], 1, shape[1], shape[2]}), {shape[0], 1, queries, keys});
  }
  if (!causal) return all;
  const Value past =
      less_equal(b, iota(b, DType::i32, {1, 1, queries, keys}, 3), iota(b, DType::i32, {1, 1, queries, keys}, 2));
  return all.valid() ? logical_and(b, all, past) : past;
}

// mask: its number among the node's inputs, where there is one.
template <const char* op> Parts parts_of(Builder& b, const Node& node, std::optional<size_t> mask) {
  Parts parts;
  const std::vector<Value>& in = node.inputs;
  if constexpr (sides<op> == 3) {
    parts = {heads_first(b, in[0]), heads_first(b, in[1]), heads_first(b, in[2]), {}, {}};
  } else {
    const Shape shape = b.shape(in[0]);
    const auto side = [&](int64_t i) {
      const Value one = slice(b, in[0], {0, 0, i, 0, 0}, {shape[0], shape[1], 1, shape[3], shape[4]});
      return heads_first(b, reshape(b, one, {shape[0], shape[1], shape[3], shape[4]}));
    };
    parts = {side(0), side(1), side(2), {}, {}};
  }
  parts.looks = pairs_of(b, mask ? in[*mask] : Value{}, node.attributes.get<bool>("causal"), b.shape(parts.q)[2],
                         b.shape(parts.k)[2]);
  if (parts.looks.valid())
    parts.somewhere = cast(b, reduce_max(b, cast(b, parts.looks, DType::i32), {3}, true), DType::boolean);
  return parts;
}

// Scores [N, heads, T, S] as the softmax sees them; those of a query that may look nowhere are zero.
Value scores_of(Builder& b, const Parts& parts, const Attributes& attributes) {
  const Value scores = matmul(b, mul(b, parts.q, attributes.real("scale")), parts.k, false, true);
  if (!parts.looks.valid()) return scores;
  const DType dtype = b.dtype(scores);
  const double never = dtype == DType::f16 ? -6e4 : -0.7 * static_cast<double>(std::numeric_limits<float>::max());
  const Value seen = select(b, parts.looks, scores, full(b, dtype, {}, never));
  return select(b, parts.somewhere, seen, full(b, dtype, {}, 0));
}

template <const char* op> std::vector<Value> expand_kept(Builder& b, const Node& node) {
  const Value y = b.emit(op, node.inputs, node.attributes);
  const std::optional<size_t> mask = node.inputs.size() > sides<op> ? std::optional(sides<op>) : std::nullopt;
  const Value scores = scores_of(b, parts_of<op>(b, node, mask), node.attributes);
  const Value wide = cast(b, scores, wide_dtype(b.dtype(scores)));
  const Value largest = reduce_max(b, wide, {-1}, true);
  const Value sum = add(b, largest, log(b, reduce_sum(b, exp(b, sub(b, wide, largest)), {-1}, true)));
  const Shape shape = b.shape(sum);
  return {y, reshape(b, sum, {shape[0], shape[1], shape[2]})};
}

// With shares p = exp(scores - statistics): dv = p^T dy, ds = p (dy v^T - sum(dy y)), dq = scale ds k, dk = scale ds^T q.
template <const char* op> std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const size_t count = node.inputs.size();
  const std::optional<size_t> mask = count > sides<op> + 3 ? std::optional(sides<op> + 1) : std::nullopt;
  const Parts parts = parts_of<op>(b, node, mask);
  const Value scores = scores_of(b, parts, node.attributes);
  const DType dtype = b.dtype(scores);
  const Value y = heads_first(b, node.inputs[count - 2]), dy = heads_first(b, node.inputs[count - 1]);
  const Shape rows = b.shape(node.inputs[sides<op>]);
  const Value statistics = reshape(b, node.inputs[sides<op>], {rows[0], rows[1], rows[2], 1});
  const Value p = cast(b, exp(b, sub(b, cast(b, scores, wide_dtype(dtype)), statistics)), dtype);
  const Value inner = reduce_sum(b, mul(b, dy, y), {-1}, true);
  Value ds = mul(b, p, sub(b, matmul(b, dy, parts.v, false, true), inner));
  if (parts.looks.valid()) ds = select(b, parts.somewhere, ds, full(b, dtype, {}, 0));
  ds = mul(b, ds, node.attributes.real("scale"));
  std::vector<Value> gradients = {heads_first(b, matmul(b, ds, parts.k)), heads_first(b, matmul(b, ds, parts.q, true)),
                                  heads_first(b, matmul(b, p, dy, true))};
  if constexpr (sides<op> == 3) return gradients;
  const Shape shape = b.shape(node.inputs[0]);
  for (Value& side : gradients) side = reshape(b, side, {shape[0], shape[1], 1, shape[3], shape[4]});
  return {concat(b, std::move(gradients), 2)};
}

}  // namespace

void register_attention_kept(OpRegistry& registry) {
  const std::string kept =
      ", and log(sum(exp(scores))) of each query [N, heads, T]; the scores of one that may look "
      "nowhere are zero";
  registry.add({.name = "attention_kept",
                .doc = "as attention -> what attention gives" + kept,
                .infer = infer_kept<plain_name>,
                .expand = expand_kept<plain_name>,
                .precision = Precision::low});
  registry.add({.name = "attention_kept_grad",
                .doc =
                    "query, key, value, the sums that attention_kept has given, perhaps a mask, its y, dy -> dquery, "
                    "dkey, dvalue",
                .infer = infer_grad<plain_name>,
                .expand = expand_grad<plain_name>,
                .precision = Precision::low,
                .parameters = {3}});
  registry.add({.name = "self_attention_kept",
                .doc = "as self_attention -> what self_attention gives" + kept,
                .infer = infer_kept<self_name>,
                .expand = expand_kept<self_name>,
                .precision = Precision::low});
  registry.add({.name = "self_attention_kept_grad",
                .doc =
                    "query, key and value side by side, the sums that self_attention_kept has given, perhaps a mask, "
                    "its y, dy -> their gradients side by side",
                .infer = infer_grad<self_name>,
                .expand = expand_grad<self_name>,
                .precision = Precision::low,
                .parameters = {1}});
}

}  // namespace dltrain::graph
