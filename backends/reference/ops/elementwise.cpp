// Element-wise ops with broadcasting, and constants.
#include <cmath>

#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

template <double (*f)(double)>
void unary(const Call& c) {
  for (size_t i = 0; i < c.in().values.size(); ++i) c.out().values[i] = f(c.in().values[i]);
}

template <double (*f)(double, double)>
void binary(const Call& c) {
  const Shape& shape = c.out().shape();
  Walk walk(shape, {broadcast_strides(c.in(0).shape(), shape), broadcast_strides(c.in(1).shape(), shape)});
  for (double& y : c.out().values) {
    y = f(c.in(0)[walk.offset(0)], c.in(1)[walk.offset(1)]);
    walk.next();
  }
}

void select(const Call& c) {
  const Shape& shape = c.out().shape();
  Walk walk(shape, {broadcast_strides(c.in(0).shape(), shape), broadcast_strides(c.in(1).shape(), shape),
                    broadcast_strides(c.in(2).shape(), shape)});
  for (double& y : c.out().values) {
    y = c.in(0)[walk.offset(0)] != 0 ? c.in(1)[walk.offset(1)] : c.in(2)[walk.offset(2)];
    walk.next();
  }
}

double same(double x) { return x; }
double neg(double x) { return -x; }
double abs(double x) { return std::fabs(x); }
double sign(double x) { return std::isnan(x) ? x : static_cast<double>(x > 0) - static_cast<double>(x < 0); }
double exp(double x) { return std::exp(x); }
double log(double x) { return std::log(x); }
double log1p(double x) { return std::log1p(x); }
double expm1(double x) { return std::expm1(x); }
double sqrt(double x) { return std::sqrt(x); }
double rsqrt(double x) { return 1 / std::sqrt(x); }
double reciprocal(double x) { return 1 / x; }
double square(double x) { return x * x; }
double tanh(double x) { return std::tanh(x); }
double erf(double x) { return std::erf(x); }
double floor(double x) { return std::floor(x); }
double sin(double x) { return std::sin(x); }
double cos(double x) { return std::cos(x); }
double is_finite(double x) { return std::isfinite(x) ? 1 : 0; }
double logical_not(double x) { return x == 0 ? 1 : 0; }

double add(double x, double y) { return x + y; }
double sub(double x, double y) { return x - y; }
double mul(double x, double y) { return x * y; }
double div(double x, double y) { return x / y; }
double divide_integers(double x, double y) { return y == 0 ? 0 : std::trunc(x / y); }
double pow(double x, double y) { return std::pow(x, y); }
double maximum(double x, double y) { return std::isnan(x) || x > y ? x : y; }
double minimum(double x, double y) { return std::isnan(x) || x < y ? x : y; }
double equal(double x, double y) { return x == y ? 1 : 0; }
double less(double x, double y) { return x < y ? 1 : 0; }
double less_equal(double x, double y) { return x <= y ? 1 : 0; }
double logical_and(double x, double y) { return x != 0 && y != 0 ? 1 : 0; }
double logical_or(double x, double y) { return x != 0 || y != 0 ? 1 : 0; }

void divide(const Call& c) { is_float(c.out().type.dtype) ? binary<div>(c) : binary<divide_integers>(c); }

// Rounds as storing does, so that an expansion that casts means the same without being stored.
void cast(const Call& c) {
  const DType dtype = c.out().type.dtype;
  if (dtype == DType::boolean) {
    for (size_t i = 0; i < c.in().values.size(); ++i) c.out().values[i] = c.in().values[i] != 0 ? 1 : 0;
  } else {
    is_integer(dtype) ? unary<std::trunc>(c) : unary<same>(c);
  }
}

void full(const Call& c) { c.out().values.assign(c.out().values.size(), c.attributes.real("value")); }
void constant(const Call& c) { c.out().values = c.attributes.get<std::vector<double>>("values"); }

void iota(const Call& c) {
  const auto axis = static_cast<size_t>(c.attributes.integer("axis"));
  std::vector<int64_t> strides(c.out().shape().rank(), 0);
  strides[axis] = 1;
  Walk walk(c.out().shape(), {strides});
  for (double& y : c.out().values) {
    y = static_cast<double>(walk.offset(0));
    walk.next();
  }
}

}  // namespace

void register_elementwise(Evaluations& table) {
  table.add("neg", unary<neg>);
  table.add("abs", unary<abs>);
  table.add("sign", unary<sign>);
  table.add("exp", unary<exp>);
  table.add("log", unary<log>);
  table.add("log1p", unary<log1p>);
  table.add("expm1", unary<expm1>);
  table.add("sqrt", unary<sqrt>);
  table.add("rsqrt", unary<rsqrt>);
  table.add("reciprocal", unary<reciprocal>);
  table.add("square", unary<square>);
  table.add("tanh", unary<tanh>);
  table.add("erf", unary<erf>);
  table.add("floor", unary<floor>);
  table.add("sin", unary<sin>);
  table.add("cos", unary<cos>);
  table.add("stop_gradient", unary<same>);
  table.add("is_finite", unary<is_finite>);
  table.add("logical_not", unary<logical_not>);
  table.add("cast", cast);
  table.add("add", binary<add>);
  table.add("sub", binary<sub>);
  table.add("mul", binary<mul>);
  table.add("div", divide);
  table.add("pow", binary<pow>);
  table.add("maximum", binary<maximum>);
  table.add("minimum", binary<minimum>);
  table.add("equal", binary<equal>);
  table.add("less", binary<less>);
  table.add("less_equal", binary<less_equal>);
  table.add("logical_and", binary<logical_and>);
  table.add("logical_or", binary<logical_or>);
  table.add("select", select);
  table.add("full", full);
  table.add("constant", constant);
  table.add("iota", iota);
}

}  // namespace dltrain::backends::reference
