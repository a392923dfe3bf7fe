// Primitives of two inputs and select, element by element with NumPy's broadcasting.
#include "graph/infer.h"
#include "graph/ops.h"

namespace dltrain::graph {

Value add(Builder& b, Value x, Value y) { return b.emit("add", {x, y}); }
Value sub(Builder& b, Value x, Value y) { return b.emit("sub", {x, y}); }
Value mul(Builder& b, Value x, Value y) { return b.emit("mul", {x, y}); }
Value div(Builder& b, Value x, Value y) { return b.emit("div", {x, y}); }
Value pow(Builder& b, Value x, Value y) { return b.emit("pow", {x, y}); }
Value maximum(Builder& b, Value x, Value y) { return b.emit("maximum", {x, y}); }
Value minimum(Builder& b, Value x, Value y) { return b.emit("minimum", {x, y}); }
Value equal(Builder& b, Value x, Value y) { return b.emit("equal", {x, y}); }
Value less(Builder& b, Value x, Value y) { return b.emit("less", {x, y}); }
Value less_equal(Builder& b, Value x, Value y) { return b.emit("less_equal", {x, y}); }
Value greater(Builder& b, Value x, Value y) { return less(b, y, x); }
Value greater_equal(Builder& b, Value x, Value y) { return less_equal(b, y, x); }
Value logical_and(Builder& b, Value x, Value y) { return b.emit("logical_and", {x, y}); }
Value logical_or(Builder& b, Value x, Value y) { return b.emit("logical_or", {x, y}); }
Value select(Builder& b, Value condition, Value x, Value y) { return b.emit("select", {condition, x, y}); }

namespace {

Value number_like(Builder& b, Value x, double value) { return full(b, b.dtype(x), {}, value); }

}  // namespace

Value add(Builder& b, Value x, double y) { return add(b, x, number_like(b, x, y)); }
Value sub(Builder& b, Value x, double y) { return sub(b, x, number_like(b, x, y)); }
Value mul(Builder& b, Value x, double y) { return mul(b, x, number_like(b, x, y)); }
Value div(Builder& b, Value x, double y) { return div(b, x, number_like(b, x, y)); }
Value maximum(Builder& b, Value x, double y) { return maximum(b, x, number_like(b, x, y)); }
Value minimum(Builder& b, Value x, double y) { return minimum(b, x, number_like(b, x, y)); }
Value clip(Builder& b, Value x, double low, double high) { return minimum(b, maximum(b, x, low), high); }

namespace {

ValueType two_numbers(const InferContext& c, const char* what) {
  expect_inputs(c, 2);
  expect(c.inputs[0].dtype != DType::boolean, std::string(what) + " needs numbers (was " + c.inputs[0].text() + ")");
  return broadcast_type(c.inputs[0], c.inputs[1], what);
}

std::vector<ValueType> infer_arithmetic(const InferContext& c) { return {two_numbers(c, "element-wise arithmetic")}; }
std::vector<ValueType> infer_pow(const InferContext& c) {
  const ValueType result = two_numbers(c, "a power");
  expect_float(result, "a power");
  return {result};
}
std::vector<ValueType> infer_comparison(const InferContext& c) {
  expect_inputs(c, 2);
  return {{DType::boolean, broadcast_type(c.inputs[0], c.inputs[1], "a comparison").shape}};
}
std::vector<ValueType> infer_logical(const InferContext& c) {
  expect_inputs(c, 2);
  expect(c.inputs[0].dtype == DType::boolean,
         "a logical operation needs truth values (was " + c.inputs[0].text() + ")");
  return {broadcast_type(c.inputs[0], c.inputs[1], "a logical operation")};
}
std::vector<ValueType> infer_select(const InferContext& c) {
  expect_inputs(c, 3);
  expect(c.inputs[0].dtype == DType::boolean, "a choice needs truth values first (was " + c.inputs[0].text() + ")");
  const ValueType chosen = broadcast_type(c.inputs[1], c.inputs[2], "a choice");
  return {broadcast_type({chosen.dtype, c.inputs[0].shape}, chosen, "a choice")};
}

// States the gradient of input i, summed over what broadcasting has added.
void flow(GradientContext& c, size_t i, Value gradient) {
  c.set(i, sum_to(c.builder(), gradient, c.builder().shape(c.input(i))));
}

void add_gradient(GradientContext& c) {
  flow(c, 0, c.gradient());
  flow(c, 1, c.gradient());
}
void sub_gradient(GradientContext& c) {
  flow(c, 0, c.gradient());
  flow(c, 1, neg(c.builder(), c.gradient()));
}
void mul_gradient(GradientContext& c) {
  flow(c, 0, mul(c.builder(), c.gradient(), c.input(1)));
  flow(c, 1, mul(c.builder(), c.gradient(), c.input(0)));
}
// z = x / y: dx = dz / y, dy = -dz z / y.
void div_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value dx = div(b, c.gradient(), c.input(1));
  flow(c, 0, dx);
  flow(c, 1, neg(b, mul(b, dx, c.output())));
}
// z = x^y: dx = dz y x^(y-1), which is 0 where y is 0; dy = dz z log(x), taken as 0 where x <= 0 and the logarithm is
// not real.
void pow_gradient(GradientContext& c) {
  Builder& b = c.builder();
  const Value x = c.input(0);
  const Value y = c.input(1);
  const Value zero = number_like(b, x, 0);
  const Value one = number_like(b, x, 1);
  const Value exponent = select(b, equal(b, y, zero), one, sub(b, y, one));
  flow(c, 0, mul(b, c.gradient(), mul(b, y, pow(b, x, exponent))));
  const Value positive = less(b, zero, x);
  const Value logarithm = select(b, positive, log(b, select(b, positive, x, one)), zero);
  flow(c, 1, mul(b, c.gradient(), mul(b, c.output(), logarithm)));
}
// What flows in goes to x where `to_x` holds, else to y.
void divide_flow(GradientContext& c, Value to_x, size_t x, size_t y) {
  Builder& b = c.builder();
  const Value zero = number_like(b, c.gradient(), 0);
  flow(c, x, select(b, to_x, c.gradient(), zero));
  flow(c, y, select(b, to_x, zero, c.gradient()));
}
void maximum_gradient(GradientContext& c) { divide_flow(c, less_equal(c.builder(), c.input(1), c.input(0)), 0, 1); }
void minimum_gradient(GradientContext& c) { divide_flow(c, less_equal(c.builder(), c.input(0), c.input(1)), 0, 1); }
void select_gradient(GradientContext& c) { divide_flow(c, c.input(0), 1, 2); }

struct Entry {
  const char* name;
  const char* doc;
  std::vector<ValueType> (*infer)(const InferContext&);
  void (*gradient)(GradientContext&);
  bool commutative;
};

constexpr Entry table[] = {
    {"add", "x + y", infer_arithmetic, add_gradient, true},
    {"sub", "x - y", infer_arithmetic, sub_gradient, false},
    {"mul", "x y", infer_arithmetic, mul_gradient, true},
    {"div", "x / y by IEEE 754; integers are cut towards zero and give 0 where y is 0", infer_arithmetic, div_gradient,
     false},
    {"pow", "x to the power of y", infer_pow, pow_gradient, false},
    {"maximum", "the larger; not a number if either is; equal elements send the gradient to x", infer_arithmetic,
     maximum_gradient, false},
    {"minimum", "the smaller; not a number if either is; equal elements send the gradient to x", infer_arithmetic,
     minimum_gradient, false},
    {"equal", "x = y, a truth value", infer_comparison, nullptr, true},
    {"less", "x < y, a truth value", infer_comparison, nullptr, false},
    {"less_equal", "x <= y, a truth value", infer_comparison, nullptr, false},
    {"logical_and", "both", infer_logical, nullptr, true},
    {"logical_or", "either or both", infer_logical, nullptr, true},
    {"select", "the first input is true ? the second : the third", infer_select, select_gradient, false},
};

}  // namespace

void register_binary(OpRegistry& registry) {
  for (const Entry& entry : table) {
    registry.add({.name = entry.name,
                  .doc = entry.doc,
                  .infer = entry.infer,
                  .gradient = entry.gradient,
                  .elementwise = true,
                  .commutative = entry.commutative,
                  .precision = Precision::follow});
  }
}

}  // namespace dltrain::graph
