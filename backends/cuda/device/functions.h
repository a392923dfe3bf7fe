// Element-wise maths, written once: the device's kernels and the tests on the host compile these functions. Formulas are
// those of graph/ops/{unary,binary,activation,cross_entropy}.cpp. Real ones take float or double, arithmetic also
// integers, which wrap around.
#pragma once

#include <limits>
#include <type_traits>

#include "backends/cuda/device/elementwise_parameters.h"
#include "backends/cuda/device/narrow.h"

namespace dltrain::backends::cuda::device {

template <class T> DLTRAIN_GPU bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>) return x != x;
  else return false;
}
template <class T> DLTRAIN_GPU T infinity() { return T(INFINITY); }

// Integers as unsigned ones of 64 bits, in which overflow is defined.
template <class T> DLTRAIN_GPU uint64_t bits_of(T x) { return static_cast<uint64_t>(x); }

// --- one input ---

#define DLTRAIN_REAL_FUNCTION(Name, expression)       \
  struct Name {                                       \
    template <class T> DLTRAIN_GPU static T of(T x) { \
      using namespace std;                            \
      return expression;                              \
    }                                                 \
  };

DLTRAIN_REAL_FUNCTION(Exp, exp(x))
DLTRAIN_REAL_FUNCTION(Log, log(x))
DLTRAIN_REAL_FUNCTION(Log1p, log1p(x))
DLTRAIN_REAL_FUNCTION(Expm1, expm1(x))
DLTRAIN_REAL_FUNCTION(Sqrt, sqrt(x))
DLTRAIN_REAL_FUNCTION(Rsqrt, T(1) / sqrt(x))
DLTRAIN_REAL_FUNCTION(Reciprocal, T(1) / x)
DLTRAIN_REAL_FUNCTION(Tanh, tanh(x))
DLTRAIN_REAL_FUNCTION(Erf, erf(x))
DLTRAIN_REAL_FUNCTION(Floor, floor(x))
DLTRAIN_REAL_FUNCTION(Sin, sin(x))
DLTRAIN_REAL_FUNCTION(Cos, cos(x))
#undef DLTRAIN_REAL_FUNCTION

struct Neg {
  template <class T> DLTRAIN_GPU static T of(T x) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(uint64_t{0} - bits_of(x));
    else return -x;
  }
};
struct Abs {
  template <class T> DLTRAIN_GPU static T of(T x) {
    if constexpr (std::is_floating_point_v<T>) return std::fabs(x);
    else if constexpr (std::is_unsigned_v<T>) return x;
    else return x < 0 ? Neg::of(x) : x;
  }
};
struct Sign {
  template <class T> DLTRAIN_GPU static T of(T x) {
    if constexpr (std::is_unsigned_v<T>) return static_cast<T>(x != 0);
    else return is_nan(x) ? x : static_cast<T>((x > 0) - (x < 0));
  }
};
struct Square {
  template <class T> DLTRAIN_GPU static T of(T x) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(bits_of(x) * bits_of(x));
    else return x * x;
  }
};
struct IsFinite {
  template <class T> DLTRAIN_GPU static uint8_t of(T x) {
    if constexpr (std::is_floating_point_v<T>) return x - x == T(0) ? 1 : 0;
    else return 1;
  }
};
struct LogicalNot {
  DLTRAIN_GPU static uint8_t of(uint8_t x) { return x == 0 ? 1 : 0; }
};

template <class R> constexpr R least_of = std::numeric_limits<R>::min();
template <class R> constexpr R most_of = std::numeric_limits<R>::max();

template <class T, class R> DLTRAIN_GPU R plainly_converted(T x) {
  if constexpr (std::is_floating_point_v<T> && std::is_integral_v<R>) {
    if (is_nan(x)) return 0;
    if (x <= static_cast<T>(least_of<R>)) return least_of<R>;
    if (x >= static_cast<T>(most_of<R>)) return most_of<R>;
  }
  return static_cast<R>(x);
}
// Towards zero to integers, saturating, not-a-number to 0.
template <class T, class R> DLTRAIN_GPU R converted(T x) {
  if constexpr (is_narrow<R>) return rounded_once<T, R>(x);
  else return plainly_converted<T, R>(x);
}

// --- two inputs ---

struct Add {
  template <class T> DLTRAIN_GPU static T of(T x, T y) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(bits_of(x) + bits_of(y));
    else return x + y;
  }
};
struct Sub {
  template <class T> DLTRAIN_GPU static T of(T x, T y) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(bits_of(x) - bits_of(y));
    else return x - y;
  }
};
struct Mul {
  template <class T> DLTRAIN_GPU static T of(T x, T y) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(bits_of(x) * bits_of(y));
    else return x * y;
  }
};
// Integers are cut towards zero and give 0 where y is 0.
struct Div {
  template <class T> DLTRAIN_GPU static T of(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      if (y == 0) return 0;
      if (std::is_signed_v<T> && y == static_cast<T>(-1)) return Neg::of(x);
    }
    return static_cast<T>(x / y);
  }
};
struct Pow {
  template <class T> DLTRAIN_GPU static T of(T x, T y) { return std::pow(x, y); }
};
struct Maximum {
  template <class T> DLTRAIN_GPU static T of(T x, T y) { return is_nan(x) || x > y ? x : y; }
};
struct Minimum {
  template <class T> DLTRAIN_GPU static T of(T x, T y) { return is_nan(x) || x < y ? x : y; }
};
struct Equal {
  template <class T> DLTRAIN_GPU static uint8_t of(T x, T y) { return x == y ? 1 : 0; }
};
struct Less {
  template <class T> DLTRAIN_GPU static uint8_t of(T x, T y) { return x < y ? 1 : 0; }
};
struct LessEqual {
  template <class T> DLTRAIN_GPU static uint8_t of(T x, T y) { return x <= y ? 1 : 0; }
};
struct LogicalAnd {
  DLTRAIN_GPU static uint8_t of(uint8_t x, uint8_t y) { return x != 0 && y != 0 ? 1 : 0; }
};
struct LogicalOr {
  DLTRAIN_GPU static uint8_t of(uint8_t x, uint8_t y) { return x != 0 || y != 0 ? 1 : 0; }
};

// --- activations: of(x) and slope(v), v being what the op's gradient reads: the output, but for gelu and silu the
// input ---

template <class T> DLTRAIN_GPU T logistic(T x) { return T(1) / (T(1) + std::exp(-x)); }

struct Relu {
  DLTRAIN_GPU static float of(float x, const Options& o) {
    const float below = o.values[0] == 0 ? 0.0F : o.values[0] * (x - o.values[2]);
    const float y = x <= o.values[2] ? below : x;
    return o.values[1] >= 0 && y > o.values[1] ? o.values[1] : y;
  }
  DLTRAIN_GPU static float slope(float y, const Options& o) {
    if (o.values[1] >= 0 && !(y < o.values[1])) return 0;
    return y > 0 ? 1.0F : o.values[0];
  }
};
struct Elu {
  DLTRAIN_GPU static float of(float x, const Options& o) { return x > 0 ? x : o.values[0] * std::expm1(x); }
  DLTRAIN_GPU static float slope(float y, const Options& o) { return y > 0 ? 1.0F : y + o.values[0]; }
};
struct Selu {
  static constexpr float alpha = 1.6732632423543772F;
  static constexpr float scale = 1.0507009873554805F;
  DLTRAIN_GPU static float of(float x, const Options&) { return scale * (x > 0 ? x : alpha * std::expm1(x)); }
  DLTRAIN_GPU static float slope(float y, const Options&) { return y < 0 ? y + scale * alpha : scale; }
};
struct Gelu {
  static constexpr float sqrt_half = 0.7071067811865476F;
  static constexpr float sqrt_two_over_pi = 0.7978845608028654F;
  static constexpr float one_over_sqrt_two_pi = 0.3989422804014327F;
  static constexpr float cubic = 0.044715F;
  DLTRAIN_GPU static float argument(float x) { return sqrt_two_over_pi * x * (1 + cubic * x * x); }
  // The normal distribution below x; erfc keeps the digits of small shares, which 1 + erf loses.
  DLTRAIN_GPU static float share(float x) { return 0.5F * std::erfc(-x * sqrt_half); }
  DLTRAIN_GPU static float of(float x, const Options& o) {
    return o.values[0] != 0 ? x * (0.5F + 0.5F * std::tanh(argument(x))) : x * share(x);
  }
  DLTRAIN_GPU static float slope(float x, const Options& o) {
    if (o.values[0] == 0) return share(x) + x * one_over_sqrt_two_pi * std::exp(-0.5F * x * x);
    const float t = std::tanh(argument(x));
    return 0.5F + 0.5F * t + 0.5F * x * (1 - t * t) * sqrt_two_over_pi * (1 + 3 * cubic * x * x);
  }
};
struct Silu {
  DLTRAIN_GPU static float of(float x, const Options&) { return x * logistic(x); }
  DLTRAIN_GPU static float slope(float x, const Options&) {
    const float s = logistic(x);
    return s * (1 + x * (1 - s));
  }
};
struct Sigmoid {
  DLTRAIN_GPU static float of(float x, const Options&) { return logistic(x); }
  DLTRAIN_GPU static float slope(float y, const Options&) { return y * (1 - y); }
};
struct HardSigmoid {
  DLTRAIN_GPU static float of(float x, const Options&) {
    return Maximum::of(Minimum::of((x + 3) * (1.0F / 6), 1.0F), 0.0F);
  }
  DLTRAIN_GPU static float slope(float y, const Options&) { return y > 0 && y < 1 ? 1.0F / 6 : 0.0F; }
};
struct Softplus {
  DLTRAIN_GPU static float of(float x, const Options&) {
    return Maximum::of(x, 0.0F) + std::log1p(std::exp(-std::fabs(x)));
  }
  DLTRAIN_GPU static float slope(float y, const Options&) { return -std::expm1(-y); }
};
struct Softsign {
  DLTRAIN_GPU static float of(float x, const Options&) { return x / (1 + std::fabs(x)); }
  DLTRAIN_GPU static float slope(float y, const Options&) { return (1 - std::fabs(y)) * (1 - std::fabs(y)); }
};
// tanh as an activation is the primitive; its slope stands in fused patterns.
struct TanhActivation {
  DLTRAIN_GPU static float of(float x, const Options&) { return std::tanh(x); }
  DLTRAIN_GPU static float slope(float y, const Options&) { return 1 - y * y; }
};

// dy times the slope.
template <class F> struct SlopeTimes {
  DLTRAIN_GPU static float of(float v, float dy, const Options& o) { return dy * F::slope(v, o); }
};
// A rectifier without a limit lets nothing through where it is closed, not even 0 times infinity.
template <> struct SlopeTimes<Relu> {
  DLTRAIN_GPU static float of(float y, float dy, const Options& o) {
    const float slope = Relu::slope(y, o);
    return slope == 0 ? 0.0F : dy * slope;
  }
};

}  // namespace dltrain::backends::cuda::device
