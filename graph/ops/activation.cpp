// Activation functions as composites (definitions of Keras 3). Their gradient is one op, activation_grad, which reads
// the output of the function where the derivative can be had from it, so that inputs need not be kept and a backend may
// compute them in place behind a product.
#include "core/text.h"
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value relu(Builder& b, Value x, double negative_slope, double max_value, double threshold) {
  return b.emit("relu", {x}, {{"negative_slope", negative_slope}, {"max_value", max_value}, {"threshold", threshold}});
}
Value elu(Builder& b, Value x, double alpha) { return b.emit("elu", {x}, {{"alpha", alpha}}); }
Value selu(Builder& b, Value x) { return b.emit("selu", {x}); }
Value gelu(Builder& b, Value x, bool approximate) { return b.emit("gelu", {x}, {{"approximate", approximate}}); }
Value silu(Builder& b, Value x) { return b.emit("silu", {x}); }
Value sigmoid(Builder& b, Value x) { return b.emit("sigmoid", {x}); }
Value hard_sigmoid(Builder& b, Value x) { return b.emit("hard_sigmoid", {x}); }
Value softplus(Builder& b, Value x) { return b.emit("softplus", {x}); }
Value softsign(Builder& b, Value x) { return b.emit("softsign", {x}); }

namespace {

// Klambauer et al. 2017.
constexpr double selu_alpha = 1.6732632423543772;
constexpr double selu_scale = 1.0507009873554805;
constexpr double sqrt_half = 0.7071067811865476;
constexpr double sqrt_two_over_pi = 0.7978845608028654;
constexpr double one_over_sqrt_two_pi = 0.3989422804014327;
constexpr double cubic = 0.044715;  // of the approximation of gelu (Hendrycks and Gimpel 2016)

Value number(Builder& b, Value like, double value) { return full(b, b.dtype(like), {}, value); }

std::vector<ValueType> infer_activation(const InferContext& c) {
  expect_inputs(c, 1);
  expect_float(c.inputs[0], "an activation function");
  return {c.inputs[0]};
}

// The gradient takes the slope of a rectifier from the sign of its output, which needs these signs.
std::vector<ValueType> infer_relu(const InferContext& c) {
  for (const char* name : {"negative_slope", "threshold"}) {
    const double value = c.attributes.real(name);
    expect(value >= 0, std::string(name) + " of a rectifier cannot be negative (was " + number_text(value) + ")");
  }
  return infer_activation(c);
}

std::vector<ValueType> infer_elu(const InferContext& c) {
  const double alpha = c.attributes.real("alpha");
  expect(alpha >= 0, "alpha of elu cannot be negative (was " + number_text(alpha) + ")");
  return infer_activation(c);
}

// --- meanings ---

std::vector<Value> expand_relu(Builder& b, const Node& node) {
  const double slope = node.attributes.real("negative_slope");
  const double limit = node.attributes.real("max_value");
  const double threshold = node.attributes.real("threshold");
  const Value x = node.inputs[0];
  Value y;
  if (slope == 0 && threshold == 0) {
    y = maximum(b, x, 0);
  } else {
    const Value below = slope == 0 ? number(b, x, 0) : mul(b, threshold == 0 ? x : sub(b, x, threshold), slope);
    y = select(b, less_equal(b, x, number(b, x, threshold)), below, x);
  }
  return {limit < 0 ? y : minimum(b, y, limit)};
}

Value exponential_below_zero(Builder& b, Value x, double alpha) {
  return select(b, less(b, number(b, x, 0), x), x, mul(b, expm1(b, x), alpha));
}
std::vector<Value> expand_elu(Builder& b, const Node& node) {
  return {exponential_below_zero(b, node.inputs[0], node.attributes.real("alpha"))};
}
std::vector<Value> expand_selu(Builder& b, const Node& node) {
  return {mul(b, exponential_below_zero(b, node.inputs[0], selu_alpha), selu_scale)};
}

// The argument of tanh in the approximation of gelu: sqrt(2 / pi) (x + 0.044715 x^3).
Value gelu_argument(Builder& b, Value x) {
  return mul(b, mul(b, x, add(b, mul(b, square(b, x), cubic), 1)), sqrt_two_over_pi);
}
Value gelu_share(Builder& b, Value x, bool approximate) {
  const Value odd = approximate ? tanh(b, gelu_argument(b, x)) : erf(b, mul(b, x, sqrt_half));
  return mul(b, add(b, odd, 1), 0.5);
}
std::vector<Value> expand_gelu(Builder& b, const Node& node) {
  const Value x = node.inputs[0];
  return {mul(b, x, gelu_share(b, x, node.attributes.get<bool>("approximate")))};
}

Value logistic(Builder& b, Value x) { return reciprocal(b, add(b, exp(b, neg(b, x)), 1)); }
std::vector<Value> expand_sigmoid(Builder& b, const Node& node) { return {logistic(b, node.inputs[0])}; }
std::vector<Value> expand_silu(Builder& b, const Node& node) {
  return {mul(b, node.inputs[0], logistic(b, node.inputs[0]))};
}
std::vector<Value> expand_hard_sigmoid(Builder& b, const Node& node) {
  return {clip(b, mul(b, add(b, node.inputs[0], 3), 1.0 / 6), 0, 1)};
}
std::vector<Value> expand_softplus(Builder& b, const Node& node) {
  const Value x = node.inputs[0];
  return {add(b, maximum(b, x, 0), log1p(b, exp(b, neg(b, abs(b, x)))))};
}
std::vector<Value> expand_softsign(Builder& b, const Node& node) {
  return {div(b, node.inputs[0], add(b, abs(b, node.inputs[0]), 1))};
}

// --- slopes: the derivative from the output y, or from the input x where the table says so ---

Value relu_slope(Builder& b, Value y, const Attributes& attributes) {
  const Value zero = number(b, y, 0);
  const Value one = number(b, y, 1);
  const double limit = attributes.real("max_value");
  const Value slope = select(b, less(b, zero, y), one, number(b, y, attributes.real("negative_slope")));
  return limit < 0 ? slope : select(b, less(b, y, number(b, y, limit)), slope, zero);
}
// alpha (e^x - 1) = y below zero, so that the slope alpha e^x is y + alpha.
Value elu_slope(Builder& b, Value y, const Attributes& attributes) {
  return select(b, less(b, number(b, y, 0), y), number(b, y, 1), add(b, y, attributes.real("alpha")));
}
Value selu_slope(Builder& b, Value y, const Attributes&) {
  return select(b, less(b, y, number(b, y, 0)), add(b, y, selu_scale * selu_alpha), number(b, y, selu_scale));
}
Value gelu_slope(Builder& b, Value x, const Attributes& attributes) {
  const bool approximate = attributes.get<bool>("approximate");
  const Value share = gelu_share(b, x, approximate);
  if (!approximate) {
    const Value density = mul(b, exp(b, mul(b, square(b, x), -0.5)), one_over_sqrt_two_pi);
    return add(b, share, mul(b, x, density));
  }
  const Value inner = mul(b, add(b, mul(b, square(b, x), 3 * cubic), 1), sqrt_two_over_pi);
  const Value bend = sub(b, number(b, x, 1), square(b, tanh(b, gelu_argument(b, x))));
  return add(b, share, mul(b, mul(b, mul(b, x, 0.5), bend), inner));
}
Value silu_slope(Builder& b, Value x, const Attributes&) {
  const Value s = logistic(b, x);
  return mul(b, s, add(b, mul(b, x, sub(b, number(b, x, 1), s)), 1));
}
Value sigmoid_slope(Builder& b, Value y, const Attributes&) { return mul(b, y, sub(b, number(b, y, 1), y)); }
Value hard_sigmoid_slope(Builder& b, Value y, const Attributes&) {
  const Value inside = logical_and(b, less(b, number(b, y, 0), y), less(b, y, number(b, y, 1)));
  return select(b, inside, number(b, y, 1.0 / 6), number(b, y, 0));
}
// y = log(1 + e^x), so that the slope 1 / (1 + e^-x) is 1 - e^-y.
Value softplus_slope(Builder& b, Value y, const Attributes&) { return neg(b, expm1(b, neg(b, y))); }
// y = x / (1 + |x|), so that the slope 1 / (1 + |x|)^2 is (1 - |y|)^2.
Value softsign_slope(Builder& b, Value y, const Attributes&) { return square(b, sub(b, number(b, y, 1), abs(b, y))); }

struct Entry {
  const char* name;
  const char* doc;
  std::vector<ValueType> (*infer)(const InferContext&);
  std::vector<Value> (*expand)(Builder&, const Node&);
  Value (*slope)(Builder&, Value, const Attributes&);
  bool from_input;
};

constexpr Entry table[] = {
    {"relu", "x above threshold, else negative_slope (x - threshold); at most max_value unless that is negative",
     infer_relu, expand_relu, relu_slope, false},
    {"elu", "x above 0, else alpha (e^x - 1)", infer_elu, expand_elu, elu_slope, false},
    {"selu", "elu with fixed alpha, scaled (Klambauer et al. 2017)", infer_activation, expand_selu, selu_slope, false},
    {"gelu", "x times the normal distribution function of x, or its approximation by tanh", infer_activation,
     expand_gelu, gelu_slope, true},
    {"silu", "x / (1 + e^-x)", infer_activation, expand_silu, silu_slope, true},
    {"sigmoid", "1 / (1 + e^-x)", infer_activation, expand_sigmoid, sigmoid_slope, false},
    {"hard_sigmoid", "x / 6 + 1/2, cut to [0, 1]", infer_activation, expand_hard_sigmoid, hard_sigmoid_slope, false},
    {"softplus", "log(1 + e^x)", infer_activation, expand_softplus, softplus_slope, false},
    {"softsign", "x / (1 + |x|)", infer_activation, expand_softsign, softsign_slope, false},
};

const Entry& entry_of(std::string_view name) {
  for (const Entry& entry : table) {
    if (entry.name == name) return entry;
  }
  throw Bug("there is no activation function \"" + std::string(name) + "\"");
}

template <size_t index>
void activation_gradient(GradientContext& c) {
  const Entry& entry = table[index];
  Attributes attributes = c.attributes();
  attributes.set("function", std::string(entry.name));
  c.set(0, c.builder().emit("activation_grad", {entry.from_input ? c.input(0) : c.output(), c.gradient()},
                            std::move(attributes)));
}

std::vector<ValueType> infer_activation_grad(const InferContext& c) {
  expect_inputs(c, 2);
  entry_of(c.attributes.get<std::string>("function"));
  if (c.inputs[0] != c.inputs[1]) throw Bug("the gradient of an activation function differs in type from its value");
  return {c.inputs[1]};
}

std::vector<Value> expand_activation_grad(Builder& b, const Node& node) {
  const Entry& entry = entry_of(node.attributes.get<std::string>("function"));
  return {mul(b, node.inputs[1], entry.slope(b, node.inputs[0], node.attributes))};
}

template <size_t... indices>
void add_all(OpRegistry& registry, std::index_sequence<indices...>) {
  (registry.add({.name = table[indices].name,
                 .doc = table[indices].doc,
                 .infer = table[indices].infer,
                 .gradient = activation_gradient<indices>,
                 .expand = table[indices].expand,
                 .elementwise = true,
                 .precision = Precision::follow}),
   ...);
}

}  // namespace

void register_activation(OpRegistry& registry) {
  add_all(registry, std::make_index_sequence<std::size(table)>());
  registry.add({.name = "activation_grad",
                .doc = "v, dy -> dy times the slope of the attribute function, with its attributes; v is the "
                       "function's output, but for gelu "
                       "and silu its input",
                .infer = infer_activation_grad,
                .expand = expand_activation_grad,
                .elementwise = true,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
