// MultiHeadAttention: every step looks at others, in several ways at once (Vaswani et al. 2017).
#include <cmath>

#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"
#include "layers/support/channels.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct MultiHeadAttention : KernelOptions {
  static constexpr auto kind = "MultiHeadAttention";
  static constexpr LayerTraits traits = {.inputs = {1, 3}, .mask = MaskRule::compute};
  int64_t num_heads = 1;
  int64_t key_dim = 1;
  std::optional<int64_t> value_dim;
  double dropout = 0;
  bool use_bias = true;
  std::optional<int64_t> output_shape;
  std::optional<std::vector<int64_t>> attention_axes;
  bool use_causal_mask = false;
  Component bias_initializer = named("initializer", "Zeros");
  std::optional<Component> bias_regularizer, activity_regularizer, bias_constraint;
  std::optional<int64_t> seed;

  static void describe(auto& d) {
    using Self = MultiHeadAttention;
    d.doc(
        "Attention (Vaswani et al. 2017): each step of the query becomes a mean of the values, weighted by how well their "
        "keys fit, in num_heads ways at once. Inputs query [N, T, features], value and key [N, S, features]: with one "
        "input all three are it, with two the key is the value. Output [N, T, features of the query].");
    d.param(&Self::num_heads, "num_heads", "how many ways").required().at_least(1);
    d.param(&Self::key_dim, "key_dim", "width of query and key in each").required().at_least(1);
    d.param(&Self::value_dim, "value_dim", "width of the value in each; without it key_dim").at_least(1);
    d.param(&Self::dropout, "dropout", "share of the weights that become zero in training").at_least(0).less_than(1);
    d.param(&Self::use_bias, "use_bias", "add learned offsets to query, key, value and output");
    d.param(&Self::output_shape, "output_shape", "width of the output; without it that of the query").at_least(1);
    d.param(&Self::attention_axes, "attention_axes", "the axis of the steps; only [1]");
    d.param(&Self::use_causal_mask, "use_causal_mask",
            "a step looks at itself and those before it only (an argument of the call in Keras)");
    describe_kernel(d);
    d.param(&Self::bias_initializer, "bias_initializer", "first values of the biases");
    d.param(&Self::bias_regularizer, "bias_regularizer", "what the biases add to the loss").family("regularizer");
    d.param(&Self::bias_constraint, "bias_constraint", "where the biases are moved after each update")
        .family("constraint");
    d.param(&Self::activity_regularizer, "activity_regularizer", "what the output adds to the loss, per sample")
        .family("regularizer");
    d.param(&Self::seed, "seed", "tells its random numbers from those of other layers");
  }
  void check(FieldReport& report) const {
    if (!attention_axes || *attention_axes == std::vector<int64_t>{1}) return;
    report.error("attention_axes", "attention runs along the steps of sequences only, axis 1",
                 "leave it out; { type = \"Reshape\" } makes one axis of several");
  }

  Tensor build(Builder& b, std::span<const Tensor> inputs) const {
    const Tensor& query = inputs[0];
    const Tensor& value = inputs.size() > 1 ? inputs[1] : query;
    const Tensor& key = inputs.size() > 2 ? inputs[2] : value;
    for (const Tensor& each : {query, value, key}) expect_rank(b, each.value, 3, "sequences [N, steps, features]");
    if (b.shape(value.value)[1] != b.shape(key.value)[1]) {
      b.fail("merge-shapes",
             "value and key must have equally many steps (were " + sample_text(b.shape(value.value)) + " and " +
                 sample_text(b.shape(key.value)) + ")",
             "inputs are in the order query, value, key");
    }
    const Value mask = mask_of(b, query, value, inputs.size() > 2 ? inputs[2] : Tensor{});
    const bool is_own = inputs.size() == 1 && value_width() == key_dim;
    const Value looked =
        is_own && !drops(b) ? look_at_itself(b, query.value, mask) : look(b, query.value, key.value, value.value, mask);
    const Value result = together(b, looked, b.shape(query.value).back());
    regularize_activity(b, activity_regularizer, result);
    return {result, query.mask};
  }

 private:
  int64_t value_width() const { return value_dim.value_or(key_dim); }
  double scale() const { return 1 / std::sqrt(static_cast<double>(key_dim)); }
  bool drops(const Builder& b) const { return dropout > 0 && b.training(); }

  Value look(Builder& b, Value query, Value key, Value value, Value mask) const {
    const Value q = heads(b, query, "query", key_dim);
    const Value k = heads(b, key, "key", key_dim);
    const Value v = heads(b, value, "value", value_width());
    return drops(b) ? attend_with_dropout(b, q, k, v, mask)
                    : graph::attention(b, q, k, v, mask, scale(), use_causal_mask);
  }

  // Query, key and value are one product of x, by their kernels side by side.
  Value look_at_itself(Builder& b, Value x, Value mask) const {
    const Shape shape = b.shape(x);
    std::vector<Value> kernels, offsets;
    for (const char* part : {"query", "key", "value"}) {
      kernels.push_back(kernel(b, part, shape[2], key_dim));
      if (use_bias) offsets.push_back(graph::reshape(b, bias(b, part, {num_heads, key_dim}), {-1}));
    }
    const Value offset = use_bias ? graph::concat(b, std::move(offsets), 0) : Value{};
    const Value all = product(b, x, graph::concat(b, std::move(kernels), 1), offset);
    const Value sides = graph::reshape(b, all, {shape[0], shape[1], 3, num_heads, key_dim});
    return graph::self_attention(b, sides, mask, scale(), use_causal_mask);
  }

  // "PART/kernel" [features, heads, width] as a matrix [features, heads width].
  Value kernel(Builder& b, const std::string& part, int64_t features, int64_t width) const {
    const Value weights = b.weight(part + "/kernel", {features, num_heads, width}, kernel_initializer,
                                   kernel_regularizer, kernel_constraint);
    return graph::reshape(b, weights, {features, num_heads * width});
  }

  // x [N, steps, features] times "PART/kernel": [N, steps, heads, width].
  Value heads(Builder& b, Value x, const std::string& part, int64_t width) const {
    const Shape shape = b.shape(x);
    const Value weights = kernel(b, part, shape[2], width);
    const Value offset = bias(b, part, {num_heads, width});
    return graph::reshape(b, product(b, x, weights, offset), {shape[0], shape[1], num_heads, width});
  }

  // [N, steps, heads, width] times "attention_output/kernel" [heads, width, features].
  Value together(Builder& b, Value x, int64_t query_features) const {
    const Shape shape = b.shape(x);
    const int64_t features = output_shape.value_or(query_features);
    const Value weights = b.weight("attention_output/kernel", {num_heads, shape[3], features}, kernel_initializer,
                                   kernel_regularizer, kernel_constraint);
    const Value offset = bias(b, "attention_output", {features});
    const int64_t rows = num_heads * shape[3];
    const Value y = product(b, graph::reshape(b, x, {shape[0], shape[1], rows}),
                            graph::reshape(b, weights, {rows, features}), offset);
    return graph::reshape(b, y, {shape[0], shape[1], features});
  }

  Value bias(Builder& b, const std::string& part, Shape shape) const {
    if (!use_bias) return {};
    return b.weight(part + "/bias", std::move(shape), bias_initializer, bias_regularizer, bias_constraint);
  }

  // All steps of x at once: [N steps, columns].
  static Value product(Builder& b, Value x, Value weights, Value offset) {
    const Value y = graph::matmul(b, graph::reshape(b, x, {-1, b.shape(x)[2]}), weights);
    return offset.valid() ? graph::add(b, y, graph::reshape(b, offset, {-1})) : y;
  }

  // [N, T or 1, S or 1]: where query, value and key count.
  static Value mask_of(Builder& b, const Tensor& query, const Tensor& value, const Tensor& key) {
    Value all;
    const auto add = [&](const std::optional<Value>& mask, bool rows) {
      if (!mask) return;
      const Shape shape = b.shape(*mask);
      if (shape.rank() != 2)
        b.fail("mask", "its masks must have one entry for each step (was " + sample_text(shape) + ")");
      const Value wide = graph::reshape(b, *mask, rows ? Shape{shape[0], shape[1], 1} : Shape{shape[0], 1, shape[1]});
      all = all.valid() ? graph::logical_and(b, all, wide) : wide;
    };
    add(query.mask, true);
    add(value.mask, false);
    add(key.mask, false);
    return all;
  }

  // As the op, with noise on the weights.
  Value attend_with_dropout(Builder& b, Value q, Value k, Value v, Value mask) const {
    const auto heads_first = [&](Value x) { return graph::transpose(b, x, {0, 2, 1, 3}); };
    const Value scores = graph::matmul(b, graph::mul(b, heads_first(q), scale()), heads_first(k), false, true);
    const Shape shape = b.shape(scores);
    Value allowed = mask;
    if (use_causal_mask) {
      const Value past = graph::less_equal(b, graph::iota(b, DType::i32, {1, 1, shape[3]}, 2),
                                           graph::iota(b, DType::i32, {1, shape[2], 1}, 1));
      allowed = mask.valid() ? graph::logical_and(b, mask, past) : past;
    }
    Value weights = scores;
    if (allowed.valid()) {
      const Shape sizes = b.shape(allowed);
      weights = graph::select(b, graph::reshape(b, allowed, {sizes[0], 1, sizes[1], sizes[2]}), scores,
                              graph::full(b, b.dtype(scores), {}, -1e30));
    }
    const std::string purpose = seed ? "dropout " + std::to_string(*seed) : "dropout";
    weights = graph::dropout(b, graph::softmax(b, weights), dropout, b.random_stream(purpose));
    return heads_first(graph::matmul(b, weights, heads_first(v)));
  }
};

}  // namespace

void register_multi_head_attention(LayerRegistry& registry) { add_layer<MultiHeadAttention>(registry); }

}  // namespace dltrain::layers
