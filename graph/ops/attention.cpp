// attention: softmax(scale q k^T) v for each head (Vaswani et al. 2017). Heads lie between steps and features,
// [N, steps, heads, features], as the products before and after give and take them. self_attention: the same where query,
// key and value lie side by side, which is what one product by all their kernels gives.
#include <array>
#include <limits>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value attention(Builder& b, Value q, Value k, Value v, Value mask, double scale, bool causal) {
  std::vector<Value> inputs = {q, k, v};
  if (mask.valid()) inputs.push_back(mask);
  return b.emit("attention", std::move(inputs), {{"scale", scale}, {"causal", causal}});
}

namespace {

void expect_heads(std::span<const ValueType> inputs) {
  const ValueType& q = inputs[0];
  const ValueType& k = inputs[1];
  const ValueType& v = inputs[2];
  expect_float(q, "attention");
  for (const ValueType& each : {q, k, v})
    expect(each.shape.rank() == 4 && each.dtype == q.dtype,
           "attention needs [samples, steps, heads, features] (was " + each.text() + ")");
  const bool fits = q.shape[0] == k.shape[0] && q.shape[2] == k.shape[2] && q.shape[3] == k.shape[3] &&
                    k.shape.slice(0, 3) == v.shape.slice(0, 3);
  expect(fits, "query " + q.text() + ", key " + k.text() + " and value " + v.text() + " do not fit together");
}

// Samples, steps of the query, steps of the key; sizes of 1 are broadcast.
void expect_mask(std::span<const ValueType> inputs, size_t at) {
  const Shape all = {inputs[0].shape[0], inputs[0].shape[1], inputs[1].shape[1]};
  const ValueType& mask = inputs[at];
  bool fits = mask.dtype == DType::boolean && mask.shape.rank() == 3;
  for (size_t i = 0; fits && i < 3; ++i) fits = mask.shape[i] == all[i] || mask.shape[i] == 1;
  expect(fits,
         "the mask of an attention must be " + ValueType{DType::boolean, all}.text() + " (was " + mask.text() + ")");
}

std::vector<ValueType> infer_attention(const InferContext& c) {
  expect(c.inputs.size() == 3 || c.inputs.size() == 4, "attention takes query, key, value and perhaps a mask");
  expect_heads(c.inputs);
  if (c.inputs.size() == 4) expect_mask(c.inputs, 3);
  const Shape& q = c.inputs[0].shape;
  return {{c.inputs[0].dtype, {q[0], q[1], q[2], c.inputs[2].shape[3]}}};
}

// Whether a query may look at a key: [N or 1, 1, T or 1, S or 1]; not valid if it always may.
Value looks(Builder& b, Value mask, bool causal, int64_t queries, int64_t keys) {
  Value all;
  if (mask.valid()) {
    const Shape shape = b.shape(mask);
    all = reshape(b, mask, {shape[0], 1, shape[1], shape[2]});
  }
  if (!causal) return all;
  const Value past = less_equal(b, iota(b, DType::i32, {1, 1, 1, keys}, 3), iota(b, DType::i32, {1, 1, queries, 1}, 2));
  return all.valid() ? logical_and(b, all, past) : past;
}

Value heads_first(Builder& b, Value x) { return transpose(b, x, {0, 2, 1, 3}); }

// The shares [N, heads, T, S]. A query that may look nowhere looks everywhere alike, as in Keras.
Value shares_of(Builder& b, Value q, Value k, Value mask, const Attributes& attributes) {
  const Value scores = matmul(b, mul(b, heads_first(b, q), attributes.real("scale")), heads_first(b, k), false, true);
  const Value allowed = looks(b, mask, attributes.get<bool>("causal"), b.shape(q)[1], b.shape(k)[1]);
  if (!allowed.valid()) return softmax(b, scores);
  const double never =
      b.dtype(scores) == DType::f16 ? -6e4 : -0.7 * static_cast<double>(std::numeric_limits<float>::max());
  return softmax(b, select(b, allowed, scores, full(b, b.dtype(scores), {}, never)));
}

std::vector<Value> expand_attention(Builder& b, const Node& node) {
  const Value mask = node.inputs.size() > 3 ? node.inputs[3] : Value{};
  const Value shares = shares_of(b, node.inputs[0], node.inputs[1], mask, node.attributes);
  return {heads_first(b, matmul(b, shares, heads_first(b, node.inputs[2])))};
}

// --- gradient: query, key, value, the mask where there is one, what flows in

std::vector<ValueType> infer_grad(const InferContext& c) {
  if (c.inputs.size() != 4 && c.inputs.size() != 5) throw Bug("the gradient of attention lacks inputs");
  expect_heads(c.inputs);
  if (c.inputs.size() == 5) expect_mask(c.inputs, 3);
  return {c.inputs[0], c.inputs[1], c.inputs[2]};
}

void attention_gradient(GradientContext& c) {
  std::vector<Value> inputs;
  for (size_t i = 0; i < c.input_count(); ++i) inputs.push_back(c.input(i));
  inputs.push_back(c.gradient());
  const std::vector<Value> gradients = c.builder().emit_all("attention_grad", std::move(inputs), c.attributes());
  for (size_t i = 0; i < 3; ++i) c.set(i, gradients[i]);
}

// With shares p and scores s: dv = p^T dy, dp = dy v^T, ds = p (dp - sum(p dp)), dq = scale ds k, dk = scale ds^T q.
std::vector<Value> expand_grad(Builder& b, const Node& node) {
  const Value q = heads_first(b, node.inputs[0]);
  const Value k = heads_first(b, node.inputs[1]);
  const Value v = heads_first(b, node.inputs[2]);
  const Value dy = heads_first(b, node.inputs.back());
  const Value mask = node.inputs.size() > 4 ? node.inputs[3] : Value{};
  const Value p = shares_of(b, node.inputs[0], node.inputs[1], mask, node.attributes);
  const Value dp = matmul(b, dy, v, false, true);
  Value ds = mul(b, p, sub(b, dp, reduce_sum(b, mul(b, p, dp), {-1}, true)));
  const Value allowed =
      looks(b, mask, node.attributes.get<bool>("causal"), b.shape(node.inputs[0])[1], b.shape(node.inputs[1])[1]);
  if (allowed.valid()) ds = select(b, allowed, ds, full(b, b.dtype(ds), {}, 0));
  ds = mul(b, ds, node.attributes.real("scale"));
  return {heads_first(b, matmul(b, ds, k)), heads_first(b, matmul(b, ds, q, true)),
          heads_first(b, matmul(b, p, dy, true))};
}

// --- side by side: [N, T, 3, heads, features] is query, key and value

void expect_sides(std::span<const ValueType> inputs) {
  const ValueType& x = inputs[0];
  expect_float(x, "attention");
  expect(x.shape.rank() == 5 && x.shape[2] == 3,
         "attention needs [samples, steps, 3, heads, features] (was " + x.text() + ")");
}

// The mask where there is one, as attention's.
void expect_own_mask(std::span<const ValueType> inputs) {
  const Shape& x = inputs[0].shape;
  const ValueType side{inputs[0].dtype, {x[0], x[1], x[3], x[4]}};
  const std::array<ValueType, 3> as_attention = {side, side, inputs[1]};
  expect_mask(as_attention, 2);
}

std::vector<ValueType> infer_self(const InferContext& c) {
  expect(c.inputs.size() == 1 || c.inputs.size() == 2, "attention takes its sides and perhaps a mask");
  expect_sides(c.inputs);
  if (c.inputs.size() == 2) expect_own_mask(c.inputs);
  const Shape& x = c.inputs[0].shape;
  return {{c.inputs[0].dtype, {x[0], x[1], x[3], x[4]}}};
}

std::vector<Value> sides_of(Builder& b, Value x) {
  const Shape shape = b.shape(x);
  std::vector<Value> sides;
  for (int64_t i = 0; i < 3; ++i) {
    const Value side = slice(b, x, {0, 0, i, 0, 0}, {shape[0], shape[1], 1, shape[3], shape[4]});
    sides.push_back(reshape(b, side, {shape[0], shape[1], shape[3], shape[4]}));
  }
  return sides;
}

// Inputs as attention's and attention_grad's: the sides apart.
std::vector<Value> taken_apart(Builder& b, const Node& node) {
  std::vector<Value> inputs = sides_of(b, node.inputs[0]);
  inputs.insert(inputs.end(), node.inputs.begin() + 1, node.inputs.end());
  return inputs;
}

std::vector<Value> expand_self(Builder& b, const Node& node) {
  return {b.emit("attention", taken_apart(b, node), node.attributes)};
}

std::vector<ValueType> infer_self_grad(const InferContext& c) {
  if (c.inputs.size() != 2 && c.inputs.size() != 3) throw Bug("the gradient of attention lacks inputs");
  expect_sides(c.inputs);
  if (c.inputs.size() == 3) expect_own_mask(c.inputs);
  return {c.inputs[0]};
}

void self_gradient(GradientContext& c) {
  std::vector<Value> inputs;
  for (size_t i = 0; i < c.input_count(); ++i) inputs.push_back(c.input(i));
  inputs.push_back(c.gradient());
  c.set(0, c.builder().emit("self_attention_grad", std::move(inputs), c.attributes()));
}

std::vector<Value> expand_self_grad(Builder& b, const Node& node) {
  const Shape shape = b.shape(node.inputs[0]);
  std::vector<Value> gradients = b.emit_all("attention_grad", taken_apart(b, node), node.attributes);
  for (Value& side : gradients) side = reshape(b, side, {shape[0], shape[1], 1, shape[3], shape[4]});
  return {concat(b, std::move(gradients), 2)};
}

}  // namespace

Value self_attention(Builder& b, Value sides, Value mask, double scale, bool causal) {
  std::vector<Value> inputs = {sides};
  if (mask.valid()) inputs.push_back(mask);
  return b.emit("self_attention", std::move(inputs), {{"scale", scale}, {"causal", causal}});
}

void register_attention(OpRegistry& registry) {
  registry.add({.name = "attention",
                .doc = "query [N, T, heads, k], key [N, S, heads, k], value [N, S, heads, v], perhaps a mask [N, T, S] "
                       "-> [N, T, heads, v]: softmax(scale query key^T) value, over the keys that the mask and, where "
                       "causal, the order of the steps allow",
                .infer = infer_attention,
                .gradient = attention_gradient,
                .expand = expand_attention,
                .precision = Precision::low});
  registry.add({.name = "attention_grad",
                .doc = "query, key, value, perhaps a mask, dy -> dquery, dkey, dvalue of attention",
                .infer = infer_grad,
                .expand = expand_grad,
                .precision = Precision::low});
  registry.add({.name = "self_attention",
                .doc = "query, key and value side by side [N, T, 3, heads, k], perhaps a mask [N, T, T] -> "
                       "[N, T, heads, k]: their attention",
                .infer = infer_self,
                .gradient = self_gradient,
                .expand = expand_self,
                .precision = Precision::low});
  registry.add({.name = "self_attention_grad",
                .doc = "query, key and value side by side, perhaps a mask, dy -> their gradients side by side",
                .infer = infer_self_grad,
                .expand = expand_self_grad,
                .precision = Precision::low});
}

}  // namespace dltrain::graph
