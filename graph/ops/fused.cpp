// Composites that passes of a backend put in the place of groups of nodes (Backend::fuse): a library computes them in
// one go. Their expansion is what they stand for. `function` names an activation function, "" for none; its attributes
// stand beside.
#include <array>

#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

namespace {

constexpr char matmul_name[] = "matmul";
constexpr char conv2d_name[] = "conv2d";
constexpr char batch_norm_name[] = "batch_norm";
constexpr char inference_name[] = "batch_norm_inference";

// What `op` infers from the first `count` inputs.
std::vector<ValueType> infer_as(const char* op, const InferContext& c, size_t count) {
  expect(c.inputs.size() >= count, "a fused op is given too few inputs");
  return op_registry().find(op)->infer({c.inputs.subspan(0, count), c.attributes});
}

void expect_bias(const InferContext& c, const ValueType& result) {
  if (c.inputs.size() > 3) throw Bug("a fused product is given too many inputs");
  if (c.inputs.size() == 3 && !is_same_or_wide(c.inputs[2], {c.inputs[0].dtype, {result.shape.back()}}))
    throw Bug("the bias of a fused product does not fit");
}

template <const char* op> std::vector<ValueType> infer_product(const InferContext& c) {
  const std::vector<ValueType> result = infer_as(op, c, 2);
  expect_bias(c, result[0]);
  return result;
}

// The inputs of `op`, and perhaps a residual like x.
template <const char* op, size_t inputs> std::vector<ValueType> infer_norm(const InferContext& c) {
  const std::vector<ValueType> result = infer_as(op, c, inputs);
  if (c.inputs.size() > inputs + 1 || (c.inputs.size() == inputs + 1 && c.inputs[inputs] != c.inputs[0]))
    throw Bug("the residual of a fused normalization does not fit");
  return result;
}

// The inputs of conv2d, those of batch_norm_inference behind its first, and perhaps a bias and a residual like y.
std::vector<ValueType> infer_convolution_norm(const InferContext& c) {
  const size_t named = c.attributes.get<bool>("bias") ? 7 : 6;
  const std::vector<ValueType> y = infer_as(conv2d_name, c, 2);
  expect(c.inputs.size() == named || c.inputs.size() == named + 1, "a normalized convolution has inputs too many");
  const ValueType channels{wide_dtype(y[0].dtype), {y[0].shape.back()}};
  for (size_t i = 2; i < named; ++i) {
    const bool is_narrow_bias = i == 6 && c.inputs[i] == ValueType{y[0].dtype, channels.shape};
    if (c.inputs[i] != channels && !is_narrow_bias) throw Bug("a vector of a normalized convolution does not fit");
  }
  if (c.inputs.size() > named && c.inputs[named] != y[0])
    throw Bug("the residual of a normalized convolution does not fit");
  return y;
}

// Whether y is not given but computed again from x, which needs beta.
bool recomputes(const Attributes& attributes) { return attributes.get_or<bool>("recompute", false); }

std::vector<ValueType> infer_batch_norm_grad(const InferContext& c) {
  expect_inputs(c, 6);
  const ValueType& y_or_beta = c.inputs[recomputes(c.attributes) ? 1 : 0];
  if (c.inputs[4] != y_or_beta || c.inputs[5] != c.inputs[0])
    throw Bug("the gradient of a fused normalization does not fit");
  const std::array<ValueType, 5> plain = {c.inputs[0], c.inputs[1], c.inputs[2], c.inputs[3], c.inputs[5]};
  std::vector<ValueType> result = op_registry().find("batch_norm_grad")->infer({plain, c.attributes});
  result.push_back(c.inputs[0]);
  return result;
}

Attributes without(const Attributes& attributes, std::string_view left_out) {
  Attributes rest;
  for (const auto& [name, value] : attributes.entries()) {
    if (name != left_out) rest.set(name, value);
  }
  return rest;
}
Attributes without_function(const Attributes& attributes) { return without(attributes, "function"); }

Value applied(Builder& b, const Attributes& attributes, Value x) {
  const std::string& function = attributes.get<std::string>("function");
  return function.empty() ? x : b.emit(function, {x}, without_function(attributes));
}

template <const char* op> std::vector<Value> expand_product(Builder& b, const Node& node) {
  Value result = b.emit(op, {node.inputs[0], node.inputs[1]}, without_function(node.attributes));
  if (node.inputs.size() > 2) result = add(b, result, cast(b, node.inputs[2], b.dtype(result)));
  return {applied(b, node.attributes, result)};
}

std::vector<Value> expand_convolution_norm(Builder& b, const Node& node) {
  const std::vector<Value>& in = node.inputs;
  const bool has_bias = node.attributes.get<bool>("bias");
  Attributes window, function;
  for (const auto& [name, value] : node.attributes.entries()) {
    const bool of_window = name == "strides" || name == "dilation" || name == "padding" || name == "groups";
    if (name != "bias") (of_window ? window : function).set(name, value);
  }
  Value y = b.emit(conv2d_name, {in[0], in[1]}, window);
  if (has_bias) y = add(b, y, cast(b, in[6], b.dtype(y)));
  std::vector<Value> norm = {y, in[2], in[3], in[4], in[5]};
  norm.insert(norm.end(), in.begin() + (has_bias ? 7 : 6), in.end());
  return {b.emit("fused_batch_norm_inference", norm, function)};
}

template <const char* op, size_t inputs> std::vector<Value> expand_norm(Builder& b, const Node& node) {
  const auto own = node.inputs.begin() + static_cast<std::ptrdiff_t>(inputs);
  std::vector<Value> results = b.emit_all(op, {node.inputs.begin(), own}, without_function(node.attributes));
  if (node.inputs.size() > inputs) results[0] = add(b, results[0], node.inputs[inputs]);
  results[0] = applied(b, node.attributes, results[0]);
  return results;
}

std::vector<Value> expand_batch_norm_grad(Builder& b, const Node& node) {
  const std::vector<Value>& in = node.inputs;  // x, gamma, mean, inverse, y or beta, dy
  Value y = in[4];
  if (recomputes(node.attributes)) {
    const Value norm = mul(b, sub(b, cast(b, in[0], b.dtype(in[2])), in[2]), mul(b, in[1], in[3]));
    const Value sum = cast(b, add(b, norm, in[4]), b.dtype(in[0]));
    y = applied(b, without(node.attributes, "recompute"), sum);
  }
  const Value dz = b.emit("activation_grad", {y, in[5]}, without(node.attributes, "recompute"));
  std::vector<Value> results = b.emit_all("batch_norm_grad", {in[0], in[1], in[2], in[3], dz});
  results.push_back(dz);
  return results;
}

}  // namespace

void register_fused(OpRegistry& registry) {
  registry.add({.name = "fused_matmul",
                .doc = "x, y (, bias [n]) -> function(matmul(x, y) + bias)",
                .infer = infer_product<matmul_name>,
                .expand = expand_product<matmul_name>,
                .precision = Precision::low,
                .weights = {1, 2},
                .has_result = true});
  registry.add({.name = "fused_conv2d",
                .doc = "x, kernel (, bias [F]) -> function(conv2d(x, kernel) + bias)",
                .infer = infer_product<conv2d_name>,
                .expand = expand_product<conv2d_name>,
                .precision = Precision::low,
                .weights = {1, 2},
                .has_result = true});
  registry.add(
      {.name = "fused_batch_norm",
       .doc = "x, gamma, beta (, residual as x) -> function(batch_norm + residual), and the statistics of batch_norm",
       .infer = infer_norm<batch_norm_name, 3>,
       .expand = expand_norm<batch_norm_name, 3>,
       .precision = Precision::follow,
       .parameters = {1, 2}});
  registry.add({.name = "fused_batch_norm_inference",
                .doc = "x, gamma, beta, mean, variance (, residual as x) -> function(batch_norm_inference + residual)",
                .infer = infer_norm<inference_name, 5>,
                .expand = expand_norm<inference_name, 5>,
                .precision = Precision::follow,
                .parameters = {1, 2, 3, 4}});
  registry.add({.name = "fused_conv2d_norm",
                .doc = "x, kernel, gamma, beta, mean, variance (, bias) (, residual) -> function(batch_norm_inference("
                       "conv2d(x, kernel) + bias) + residual)",
                .infer = infer_convolution_norm,
                .expand = expand_convolution_norm,
                .precision = Precision::low,
                .weights = {1},
                .parameters = {2, 3, 4, 5}});
  registry.add({.name = "fused_batch_norm_grad",
                .doc = "x, gamma, mean, inverse deviation, y, dy -> dx, dgamma, dbeta of batch_norm for dz = "
                       "activation_grad(y, dy), and dz. With recompute beta stands for y, which is computed again",
                .infer = infer_batch_norm_grad,
                .expand = expand_batch_norm_grad,
                .precision = Precision::follow,
                .parameters = {1, 2, 3}});
}

}  // namespace dltrain::graph
