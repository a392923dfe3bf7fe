// The vocabulary: one function for each op (graph/ops/*.cpp). All shapes are checked; a misfit is a UserError that
// names the layer. Images are channels-last [N, H, W, C]. Binary functions broadcast as NumPy does.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "graph/builder.h"

namespace dltrain::graph {

// --- constants (constant.cpp)
// -----------------------------------------------------------------------------------------
Value full(Builder& b, DType dtype, Shape shape, double value);               // every element is value
Value scalar_constant(Builder& b, double value);                              // real scalar
Value constant(Builder& b, DType dtype, Shape shape, std::vector<double> values);  // row-major elements
Value iota(Builder& b, DType dtype, Shape shape, int64_t axis);               // 0, 1, 2, ... along axis

// --- element by element (unary.cpp, binary.cpp)
// -----------------------------------------------------------------------
Value neg(Builder& b, Value x);
Value abs(Builder& b, Value x);
Value sign(Builder& b, Value x);         // -1, 0, 1
Value exp(Builder& b, Value x);
Value log(Builder& b, Value x);
Value log1p(Builder& b, Value x);
Value expm1(Builder& b, Value x);
Value sqrt(Builder& b, Value x);
Value rsqrt(Builder& b, Value x);        // 1 / sqrt(x)
Value reciprocal(Builder& b, Value x);
Value square(Builder& b, Value x);
Value tanh(Builder& b, Value x);
Value erf(Builder& b, Value x);
Value floor(Builder& b, Value x);
Value sin(Builder& b, Value x);
Value cos(Builder& b, Value x);
Value is_finite(Builder& b, Value x);    // -> bool
Value logical_not(Builder& b, Value x);  // bool -> bool
Value cast(Builder& b, Value x,
           DType dtype);  // to integers: towards zero; to bool: x != 0; x itself if it has the dtype
Value stop_gradient(Builder& b, Value x);

Value add(Builder& b, Value x, Value y);
Value sub(Builder& b, Value x, Value y);
Value mul(Builder& b, Value x, Value y);
Value div(Builder& b, Value x, Value y);
Value pow(Builder& b, Value x, Value y);
Value maximum(Builder& b, Value x, Value y);  // the gradient of equal elements goes to x
Value minimum(Builder& b, Value x, Value y);
Value equal(Builder& b, Value x, Value y);           // -> bool
Value less(Builder& b, Value x, Value y);            // -> bool
Value less_equal(Builder& b, Value x, Value y);      // -> bool
Value greater(Builder& b, Value x, Value y);         // less(y, x)
Value greater_equal(Builder& b, Value x, Value y);   // less_equal(y, x)
Value logical_and(Builder& b, Value x, Value y);
Value logical_or(Builder& b, Value x, Value y);
Value select(Builder& b, Value condition, Value x, Value y);  // condition ? x : y, all broadcast

// With a number on one side, of the dtype of x.
Value add(Builder& b, Value x, double y);
Value sub(Builder& b, Value x, double y);
Value mul(Builder& b, Value x, double y);
Value div(Builder& b, Value x, double y);
Value maximum(Builder& b, Value x, double y);
Value minimum(Builder& b, Value x, double y);
Value clip(Builder& b, Value x, double low, double high);

// --- shape (reshape.cpp, slice.cpp, concat.cpp, broadcast.cpp)
// --------------------------------------------------------
Value reshape(Builder& b, Value x, Shape shape);                           // one size may be -1
Value transpose(Builder& b, Value x, std::vector<int64_t> permutation);  // output axis i is input axis permutation[i]
Value slice(Builder& b, Value x, std::vector<int64_t> begin, std::vector<int64_t> size,
            std::vector<int64_t> strides = {});
Value pad(Builder& b, Value x, std::vector<int64_t> low, std::vector<int64_t> high, double value = 0);
Value concat(Builder& b, std::vector<Value> xs, int64_t axis);
Value broadcast_to(Builder& b, Value x, Shape shape);

// --- reductions (reduce.cpp)
// ------------------------------------------------------------------------------------------ `axes` may count from the
// end; empty means all.
Value reduce_sum(Builder& b, Value x, std::vector<int64_t> axes = {}, bool keepdims = false);
Value reduce_sum(Builder& b, Value x, std::vector<int64_t> axes, bool keepdims, DType result);  // in that dtype
Value reduce_max(Builder& b, Value x, std::vector<int64_t> axes = {}, bool keepdims = false);
Value reduce_min(Builder& b, Value x, std::vector<int64_t> axes = {}, bool keepdims = false);
Value reduce_mean(Builder& b, Value x, std::vector<int64_t> axes = {}, bool keepdims = false);  // sum / count
Value argmax(Builder& b, Value x, int64_t axis = -1);  // -> int32, the first of equals
Value sum_to(Builder& b, Value x, const Shape& shape);  // sums over what broadcasting has added; x itself if nothing

// --- products (matmul.cpp, conv.cpp)
// ----------------------------------------------------------------------------------
// [..., m, k] x [..., k, n] -> [..., m, n]; leading axes broadcast; a transposed side swaps its last two axes first.
Value matmul(Builder& b, Value x, Value y, bool transpose_x = false, bool transpose_y = false);
// The same, given in `result`: the dtype of x or a wider one.
Value matmul(Builder& b, Value x, Value y, bool transpose_x, bool transpose_y, DType result);

struct Window2D {
  std::array<int64_t, 2> strides = {1, 1};
  std::array<int64_t, 2> dilation = {1, 1};
  std::array<int64_t, 4> padding = {0, 0, 0, 0};  // top, bottom, left, right
  int64_t groups = 1;
};
// x [N, H, W, C], kernel [kh, kw, C / groups, F] -> [N, H', W', F]. Cross-correlation, as everywhere in deep learning.
Value conv2d(Builder& b, Value x, Value kernel, const Window2D& window);
// The gradients of conv2d; the first is also the transposed convolution.
Value conv2d_grad_input(Builder& b, Value dy, Value kernel, const Window2D& window, Shape input_shape);
Value conv2d_grad_kernel(Builder& b, Value x, Value dy, const Window2D& window, Shape kernel_shape);
// The same, given in `result`: the dtype of x or a wider one.
Value conv2d_grad_kernel(Builder& b, Value x, Value dy, const Window2D& window, Shape kernel_shape, DType result);

// --- pooling (pool.cpp)
// -----------------------------------------------------------------------------------------------
struct Pool2D {
  std::array<int64_t, 2> size = {2, 2};
  std::array<int64_t, 2> strides = {2, 2};
  std::array<int64_t, 4> padding = {0, 0, 0, 0};  // top, bottom, left, right
};
Value max_pool2d(Builder& b, Value x, const Pool2D& pool);  // padding never wins; the first of equals does
Value average_pool2d(Builder& b, Value x,
                     const Pool2D& pool);  // mean over the cells inside the image, as Keras' "same"

// --- by index (gather.cpp)
// -------------------------------------------------------------------------------------------- An index outside reads
// zeros and receives nothing; data is checked against its range before training.
Value gather(Builder& b, Value table, Value indices);  // [V, D...], [...] integers -> [..., D...]
Value scatter_add(Builder& b, Value indices, Value updates, int64_t rows);  // the gradient of gather: [rows, D...]
Value scatter_add(Builder& b, Value indices, Value updates, int64_t rows, DType result);  // in that dtype
Value one_hot(Builder& b, Value indices, int64_t depth, DType dtype);  // a new last axis; all zero outside 0..depth-1

// --- random (random.cpp)
// ---------------------------------------------------------------------------------------------- Uniform in [0, 1): a
// pure function of (seed, step, sample_offset + row, element); the first axis counts samples.
Value random_uniform(Builder& b, Shape shape, int64_t stream);
// Zeroes elements with probability rate and scales the others by 1 / (1 - rate) (Srivastava et al. 2014). noise_shape:
// sizes of 1 share one draw along that axis, -1 is the size of x; empty: the shape of x. A 1 in front shares one draw
// between all samples; to draw for each sample, a batch of one included, give -1 there.
Value dropout(Builder& b, Value x, double rate, int64_t stream, std::vector<int64_t> noise_shape = {});

// --- activations (activation.cpp)
// ------------------------------------------------------------------------------------- Composites with gradients from
// the output where that is possible. Definitions as in Keras 3.
Value relu(Builder& b, Value x, double negative_slope = 0, double max_value = -1,
           double threshold = 0);  // max_value < 0: none
Value elu(Builder& b, Value x, double alpha = 1);
Value selu(Builder& b, Value x);
Value gelu(Builder& b, Value x, bool approximate = false);
Value silu(Builder& b, Value x);
Value sigmoid(Builder& b, Value x);
Value hard_sigmoid(Builder& b, Value x);
Value softplus(Builder& b, Value x);
Value softsign(Builder& b, Value x);
Value softmax(Builder& b, Value x);  // over the last axis
Value log_softmax(Builder& b, Value x);  // over the last axis

// --- normalization (batch_norm.cpp, layer_norm.cpp)
// -------------------------------------------------------------------
struct BatchNormResult {
  Value y;  // as x
  Value mean;  // [C], of this batch
  Value variance;  // [C], biased
};
// Over all axes but the last (Ioffe and Szegedy 2015): gamma (x - mean) / sqrt(variance + epsilon) + beta.
BatchNormResult batch_norm(Builder& b, Value x, Value gamma, Value beta, double epsilon);
Value batch_norm_inference(Builder& b, Value x, Value gamma, Value beta, Value mean, Value variance, double epsilon);
// Over the last axis (Ba et al. 2016).
Value layer_norm(Builder& b, Value x, Value gamma, Value beta, double epsilon);

// --- recurrence (lstm.cpp, gru.cpp)
// ----------------------------------------------------------------------------------- Sequences with their steps first:
// x [T, N, gates units] is the input times its kernel, plus the bias. mask [T, N] may be missing. Formulas in the files.
struct LstmResult {
  Value y;  // [T, N, units]
  Value last;  // [N, units]: of the step that is computed last
};
LstmResult lstm(Builder& b, Value x, Value kernel, Value mask, bool backwards);
struct GruResult {
  Value y, last;  // as of lstm
};
GruResult gru(Builder& b, Value x, Value kernel, Value bias, Value mask, bool backwards);

// --- attention (attention.cpp)
// ----------------------------------------------------------------------------------------- query [N, T, heads, k], key
// [N, S, heads, k], value [N, S, heads, v], mask [N, T, S] (sizes of 1 broadcast; may be missing) -> [N, T, heads, v].
// causal: step t looks at steps 0 .. t.
Value attention(Builder& b, Value query, Value key, Value value, Value mask, double scale, bool causal);
// The same of query, key and value side by side, [N, T, 3, heads, k], as one product gives them.
Value self_attention(Builder& b, Value sides, Value mask, double scale, bool causal);

// --- losses (cross_entropy.cpp)
// --------------------------------------------------------------------------------------- logits [..., C], labels [...]
// integers -> [...]; rows with a label outside 0..C-1 give 0 and no gradient.
Value sparse_softmax_cross_entropy(Builder& b, Value logits, Value labels);
// logits [..., C], targets [..., C] -> [...]
Value softmax_cross_entropy(Builder& b, Value logits, Value targets);
// element by element: max(x, 0) - x t + log1p(exp(-|x|))
Value sigmoid_cross_entropy(Builder& b, Value logits, Value targets);

// --- optimizers (optimizer_step.cpp)
// ----------------------------------------------------------------------------------
struct OptimizerInputs {
  Value learning_rate;  // real scalar
  Value iteration;  // int64 scalar: updates done before this one
  Value finite;  // bool scalar: false leaves everything as it is
  Value gradient_scale;  // real scalar: each gradient is multiplied by it first
  std::vector<Value> weights, gradients;
  std::vector<std::vector<Value>> slots;  // per weight, in the order of the rule
  std::vector<double> learning_rate_factors;  // per weight
  std::vector<double> weight_decays;  // per weight: w -= learning_rate * decay * w before the update
  std::vector<double> penalties;  // per weight: penalty * w is added to the scaled gradient; empty: none
};
struct OptimizerOutputs {
  std::vector<Value> weights;
  std::vector<std::vector<Value>> slots;
};
// Rules: "sgd" {momentum, nesterov; slot momentum if momentum > 0}, "rmsprop" {rho, momentum, epsilon, centered; slots
// velocity, momentum, average_gradient as far as used}, "adam" {beta_1, beta_2, epsilon, amsgrad; slots m, v,
// velocity_hat}. Formulas as in Keras 3.
OptimizerOutputs optimizer_step(Builder& b, const std::string& rule, const OptimizerInputs& inputs, Attributes options);
Value all_finite(Builder& b, std::vector<Value> xs);  // -> bool scalar
// The same of gradients[i] + penalties[i] * scale * weights[i].
Value all_finite(Builder& b, std::vector<Value> gradients, const std::vector<Value>& weights, Value scale,
                 const std::vector<double>& penalties);
Value sum_of_squares(Builder& b, std::vector<Value> xs);  // -> real scalar, over all elements of all

}  // namespace dltrain::graph
