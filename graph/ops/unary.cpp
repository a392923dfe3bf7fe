// Primitives of one input, element by element.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value neg(Builder& b, Value x) { return b.emit("neg", {x}); }
Value abs(Builder& b, Value x) { return b.emit("abs", {x}); }
Value sign(Builder& b, Value x) { return b.emit("sign", {x}); }
Value exp(Builder& b, Value x) { return b.emit("exp", {x}); }
Value log(Builder& b, Value x) { return b.emit("log", {x}); }
Value log1p(Builder& b, Value x) { return b.emit("log1p", {x}); }
Value expm1(Builder& b, Value x) { return b.emit("expm1", {x}); }
Value sqrt(Builder& b, Value x) { return b.emit("sqrt", {x}); }
Value rsqrt(Builder& b, Value x) { return b.emit("rsqrt", {x}); }
Value reciprocal(Builder& b, Value x) { return b.emit("reciprocal", {x}); }
Value square(Builder& b, Value x) { return b.emit("square", {x}); }
Value tanh(Builder& b, Value x) { return b.emit("tanh", {x}); }
Value erf(Builder& b, Value x) { return b.emit("erf", {x}); }
Value floor(Builder& b, Value x) { return b.emit("floor", {x}); }
Value sin(Builder& b, Value x) { return b.emit("sin", {x}); }
Value cos(Builder& b, Value x) { return b.emit("cos", {x}); }
Value is_finite(Builder& b, Value x) { return b.emit("is_finite", {x}); }
Value logical_not(Builder& b, Value x) { return b.emit("logical_not", {x}); }
Value stop_gradient(Builder& b, Value x) { return b.emit("stop_gradient", {x}); }

Value cast(Builder& b, Value x, DType dtype) {
  return b.dtype(x) == dtype ? x : b.emit("cast", {x}, {{"dtype", dtype}});
}

namespace {

std::vector<ValueType> infer_real(const InferContext& c) {
  expect_inputs(c, 1);
  expect_float(c.inputs[0], "a mathematical function");
  return {c.inputs[0]};
}

std::vector<ValueType> infer_to_bool(const InferContext& c) {
  expect_inputs(c, 1);
  return {{DType::boolean, c.inputs[0].shape}};
}

std::vector<ValueType> infer_cast(const InferContext& c) {
  expect_inputs(c, 1);
  return {{c.attributes.get<DType>("dtype"), c.inputs[0].shape}};
}

// The gradient rules: what flows in, times the derivative.
void neg_gradient(GradientContext& c) { c.set(0, neg(c.builder(), c.gradient())); }
void abs_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, mul(b, c.gradient(), sign(b, c.input(0))));
}
void exp_gradient(GradientContext& c) { c.set(0, mul(c.builder(), c.gradient(), c.output())); }
void log_gradient(GradientContext& c) { c.set(0, div(c.builder(), c.gradient(), c.input(0))); }
void log1p_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, div(b, c.gradient(), add(b, c.input(0), 1)));
}
void expm1_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, mul(b, c.gradient(), add(b, c.output(), 1)));
}
void sqrt_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, div(b, mul(b, c.gradient(), 0.5), c.output()));
}
void rsqrt_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value cube = mul(b, c.output(), square(b, c.output()));
  c.set(0, mul(b, mul(b, c.gradient(), -0.5), cube));
}
void reciprocal_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, neg(b, mul(b, c.gradient(), square(b, c.output()))));
}
void square_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, mul(b, mul(b, c.gradient(), 2), c.input(0)));
}
void tanh_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value slope = sub(b, full(b, b.dtype(c.output()), {}, 1), square(b, c.output()));
  c.set(0, mul(b, c.gradient(), slope));
}
void erf_gradient(GradientContext& c) {
  Builder& b = c.builder();
  constexpr double two_over_sqrt_pi = 1.1283791670955126;
  const Value bell = exp(b, neg(b, square(b, c.input(0))));
  c.set(0, mul(b, c.gradient(), mul(b, bell, two_over_sqrt_pi)));
}
void sin_gradient(GradientContext& c) { c.set(0, mul(c.builder(), c.gradient(), cos(c.builder(), c.input(0)))); }
void cos_gradient(GradientContext& c) {
  Builder& b = c.builder();
  c.set(0, neg(b, mul(b, c.gradient(), sin(b, c.input(0)))));
}
void cast_gradient(GradientContext& c) { c.set(0, cast(c.builder(), c.gradient(), c.builder().dtype(c.input(0)))); }

struct Entry {
  const char* name;
  const char* doc;
  void (*gradient)(GradientContext&);
};

constexpr Entry table[] = {
    {"neg", "-x", neg_gradient},
    {"abs", "|x|", abs_gradient},
    {"sign", "-1, 0 or 1", nullptr},
    {"exp", "e^x", exp_gradient},
    {"log", "natural logarithm", log_gradient},
    {"log1p", "log(1 + x), exact near 0", log1p_gradient},
    {"expm1", "e^x - 1, exact near 0", expm1_gradient},
    {"sqrt", "square root", sqrt_gradient},
    {"rsqrt", "1 / sqrt(x)", rsqrt_gradient},
    {"reciprocal", "1 / x", reciprocal_gradient},
    {"square", "x x", square_gradient},
    {"tanh", "hyperbolic tangent", tanh_gradient},
    {"erf", "error function", erf_gradient},
    {"floor", "the largest integer that is not above x", nullptr},
    {"sin", "sine", sin_gradient},
    {"cos", "cosine", cos_gradient},
    {"stop_gradient", "x; nothing flows back", nullptr},
};

}  // namespace

void register_unary(OpRegistry& registry) {
  for (const Entry& entry : table) {
    registry.add({.name = entry.name,
                  .doc = entry.doc,
                  .infer = infer_real,
                  .gradient = entry.gradient,
                  .elementwise = true,
                  .precision = Precision::follow});
  }
  registry.add({.name = "is_finite",
                .doc = "neither infinite nor not-a-number; a truth value",
                .infer = infer_to_bool,
                .elementwise = true,
                .precision = Precision::follow});
  registry.add({.name = "logical_not", .doc = "true where x is false", .infer = infer_to_bool, .elementwise = true});
  registry.add({.name = "cast",
                .doc = "x as another dtype: towards zero to integers, x != 0 to truth values",
                .infer = infer_cast,
                .gradient = cast_gradient,
                .elementwise = true,
                .precision = Precision::follow});
}

}  // namespace dltrain::graph
